"""Figures of the report, each a part of it in numbers."""
