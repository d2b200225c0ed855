"""What features and signals of a log are worth: coverage, change over time, and importance."""
