"""Recommendations: what could be saved, how much, on what evidence."""
