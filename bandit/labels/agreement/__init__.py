"""What it shows that labels of a task agree: that they are right, or copied."""
