"""Savings: what a table of labels that somebody bought would have cost with poolwise."""
