"""The replays of the labels, one after another or side by side, and how long they take."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from replay.recorded.replayed import run_recorded
from replay.runtime.parallel import workers
from replay.runtime.progress import progress
from replay.runtime.time_left import told_once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Verdict
    from bandit.settings import Settings
    from replay.market.outcome import Outcome
    from replay.recorded.crowd import Crowd
    from replay.recorded.replayed import ReplayTerms

FIRST_TASKS = 500
"""Tasks after which the time left is estimated."""


def replayed(
    crowd: Crowd, settings: Settings, terms: Sequence[ReplayTerms], jobs: int
) -> list[Outcome]:
    """Replay `crowd` once for each of `terms`, in `jobs` processes: the same for any number."""
    if jobs > 1:
        outcomes = []
        bar = progress("replaying the labels", f"of {len(terms)} replays")
        with bar as more, workers(jobs) as run:
            for outcome in run(partial(run_recorded, crowd, settings), terms):
                outcomes.append(outcome)
                more(1)
        return outcomes
    whole = len({row.task for row in crowd.labels}) * len(terms)
    advice = f"--jobs {len(terms)} runs the replays side by side." if len(terms) > 1 else ""
    estimate = told_once(whole, FIRST_TASKS, f"{whole:,} tasks to replay", advice)
    with progress("replaying the labels", f"of {whole:,} tasks") as more:

        def done(_: Verdict) -> None:
            estimate(1)
            more(1)

        return [run_recorded(crowd, settings, one, done) for one in terms]
