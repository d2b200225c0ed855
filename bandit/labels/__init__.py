"""The model of labels: confusion rows, ambiguity of tasks, and look-ahead."""
