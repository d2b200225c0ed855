"""Logs of which only the logged action's chances are known, and whose large weights weren't drawn."""
