"""Labelers in real time: it passes by itself, and workers write it down."""

from __future__ import annotations

import time

from tests.faults.labelers import Labelers

PACE = 0.1
"""Asks wait for 12 s, and their latest answers come 36 s after that."""


class LiveLabelers(Labelers):
    """Feeds tasks and answers asks, when it is time to."""

    def go_on(self, tasks: int) -> None:
        """Feed up to `tasks` tasks, and write what is due by now."""
        self.now = time.time()
        self._write(tasks, [])
