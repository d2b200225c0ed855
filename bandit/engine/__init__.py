"""The engine: it receives events and returns their outputs, and does what is due at a tick."""
