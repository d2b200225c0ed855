"""The commands of `streams`, one verb a module."""
