"""The engine: an event goes in, its outputs come out; and what a tick does."""
