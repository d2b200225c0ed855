"""Forecasting models that learn one value at a time."""
