"""Closing tasks: verdicts, rewards, revisions and audits."""
