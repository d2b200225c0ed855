"""Limits on which pools may be asked: capacity, daily budgets, controls and skills."""
