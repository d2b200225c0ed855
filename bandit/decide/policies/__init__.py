"""Policies: each answers with what chance it would do each eligible thing; none samples."""
