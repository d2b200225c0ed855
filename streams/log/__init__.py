"""A log of events: what it must be able to do, its topics, and how events are encoded."""
