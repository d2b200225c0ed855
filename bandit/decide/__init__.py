"""Decisions about a task: the context, the policy, one draw, one log entry."""
