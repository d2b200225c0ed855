"""Weighing a table of labels that were given already: answers, labelers and pools."""
