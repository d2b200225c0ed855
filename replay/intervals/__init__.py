"""Intervals around an estimate, one a file."""
