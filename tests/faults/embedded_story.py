"""A story on the embedded log: labelers at work on it, while its worker is treated badly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.faults.labelers import Labelers
from tests.faults.story import SEED

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.embedded.log import EmbeddedLog

BACKLOG = 80
"""Unread records kept before the worker, so that a kill always finds work left."""


class EmbeddedStory:
    """The log as the test sees it, and the labelers at work on it.

    Parameters
    ----------
    log
        Opened once more, beside the worker's.
    tasks
        How many there are in all.
    """

    def __init__(self, log: EmbeddedLog, tasks: int) -> None:
        self.log = log
        self.tasks = tasks
        self.names = {f"t{i}" for i in range(tasks)}
        self.labelers = Labelers(log, SEED, tasks)

    def unread(self) -> int:
        """How many records the group has not committed yet."""
        parts = range(self.log.partitions("tasks"))
        ends = sum(self.log.end(topic, part) for topic in ("tasks", "labels") for part in parts)
        done = self.log.connection.execute(
            "SELECT coalesce(sum(position), 0) FROM positions WHERE topic IN ('tasks', 'labels')"
        ).fetchone()[0]
        return int(ends - done)

    def keep_busy(self) -> None:
        """Let time pass if the worker is about to run dry."""
        if self.unread() < BACKLOG:
            self.labelers.advance(tasks=8)

    def run_out(self, still_good: Callable[[], bool], timeout_s: float = 120) -> None:
        """Let a worker finish everything, as long as it is `still_good`."""
        until = time.monotonic() + timeout_s
        quiet = 0
        while quiet < 40 or self.unread():  # 20 minutes without an answer on its way, and all read
            assert still_good(), "it ended by itself"
            assert time.monotonic() < until, f"{self.unread()} unread after {timeout_s:g} s"
            if quiet < 40 and self.unread() < BACKLOG:
                self.labelers.advance(tasks=40)
                done = self.labelers.fed == self.tasks and not self.labelers.waiting()
                quiet = quiet + 1 if done else 0
            time.sleep(0.002)
