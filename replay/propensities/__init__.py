"""Propensities that a log hasn't: the logging policy's chances, estimated from contexts."""
