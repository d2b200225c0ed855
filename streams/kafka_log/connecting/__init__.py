"""Connections to brokers, and one error message for each way in which they fail."""
