"""Baselines are what a team would do without poolwise; one rule a file."""
