"""The tuner in a simulated market: which settings of the engine earn most there."""
