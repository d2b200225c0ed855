"""Deciding about a task: context, policies, look-ahead, one draw, one log entry."""
