"""Replay looks back: off-policy evaluation, simulation and reports; it reads logs only."""
