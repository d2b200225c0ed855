"""Live A/B/n tests of policies: planned from a log, and read from the log that they wrote."""
