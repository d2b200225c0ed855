"""What an evaluation answers, as plain data, and its verdict."""
