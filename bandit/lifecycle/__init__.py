"""The life of a task and of its asks: stages, and the only code that moves them."""
