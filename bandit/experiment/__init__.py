"""Live A/B/n tests: their settings, and which arm a task belongs to."""
