"""Figures in SVG, one a file."""
