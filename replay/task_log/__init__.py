"""Our own log: tasks as sequences of decisions, evaluated task by task."""
