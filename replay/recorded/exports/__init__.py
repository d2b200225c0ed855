"""Exports of labeling tools: what their columns mean, and nested JSON as rows of labels."""
