"""What a process that runs for long needs: draining, recovery, timings, fail points."""
