"""What limits who may be asked now: capacity, daily budgets, controls, skills."""
