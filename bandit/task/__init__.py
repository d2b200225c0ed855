"""One task: its state, its transitions, and what a right answer is worth."""
