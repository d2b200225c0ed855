"""The machine labeler: a task's chances of each class, from its features alone."""
