"""Policies that learn, evaluated as they would learn."""
