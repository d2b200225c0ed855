"""Labelers of a log: how good each of them is, and whose answers look made up or copied."""
