"""What a test shows, and the recommendation that follows."""
