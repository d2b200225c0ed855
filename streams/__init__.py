"""Streams carry events in and out of the core; the only part that is always on."""
