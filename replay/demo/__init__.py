"""The demo: real tasks, simulated labelers, and what teams do instead."""
