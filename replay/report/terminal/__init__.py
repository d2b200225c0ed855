"""An answer on a terminal."""
