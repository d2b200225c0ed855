"""The core of poolwise: it decides and learns, and opens nothing."""
