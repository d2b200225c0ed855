"""Limits on which pools may be asked: capacity, budgets, controls and skills."""
