"""The records of tasks and desks, and the value of a right answer."""
