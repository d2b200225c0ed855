"""What a worker shows of itself: health, metrics, their endpoint, and its log lines."""
