"""Estimators of a target policy's value, one a file, each a mergeable running sum."""
