"""A forecast in words: what to do, and the screen that people read."""
