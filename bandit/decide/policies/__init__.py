"""Policies: each returns the probability of every eligible action; none samples."""
