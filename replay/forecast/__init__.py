"""Forecasts of operations: arrivals, labels, spend, quality, delay, and what to do about them."""
