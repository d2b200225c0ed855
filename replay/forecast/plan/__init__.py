"""What to do about a forecast: capacity, labelers an hour, budget and month-end spend."""
