"""Parts of a long-running process: draining, recovery, progress, timings, fail points, tables."""
