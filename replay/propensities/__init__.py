"""Propensity estimation: the logging policy's chance of every action, fitted from contexts."""
