"""Records of a log: its closed tasks, with their asks, labels and steps."""
