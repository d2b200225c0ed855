"""A simulated market: pools of labelers who answer asks, and what drives an engine through it."""
