"""How many tasks, days and audits a test takes."""
