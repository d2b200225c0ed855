"""Closing tasks: verdicts, rewards, their revisions, and audits."""
