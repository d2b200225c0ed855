"""A market worked through by a worker on a new log, so that there is a log to read afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.market.drive_log import LogDrive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bandit.events import Input, Verdict
    from bandit.settings import Settings
    from replay.market.drive import Labelers
    from replay.market.drive_log import EventLog, WorkerSteps
    from replay.market.outcome import Outcome

    NewLog = Callable[[Path, Settings], AbstractContextManager[tuple[EventLog, WorkerSteps]]]
    Opening = Callable[[Settings], AbstractContextManager[tuple[EventLog, WorkerSteps]]]

SLICE_S = 30.0
"""Of simulated time written at once: waits are that much longer at most."""


def run_logged(
    labelers: Labelers,
    events: Iterable[Input],
    settings: Settings,
    opening: Opening,
    watch: Callable[[Verdict], None] | None = None,
) -> Outcome:
    """Let a worker that knows nothing yet decide on `events`, on the log opened."""
    with opening(settings) as (log, worker):
        drive = LogDrive(log, worker, labelers, SLICE_S, settings.clock.max_jump_s / 2, watch)
        return drive.run(events)
