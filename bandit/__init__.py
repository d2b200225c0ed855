"""The core of poolwise: it decides and learns, without input or output of its own."""
