"""Connections to brokers, and one sentence for each way in which they fail."""
