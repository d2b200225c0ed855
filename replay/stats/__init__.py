"""Sums of weighted rows, and the statistics that are read off them."""
