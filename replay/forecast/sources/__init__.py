"""What is forecast, read from a table of timestamps or from our own log."""
