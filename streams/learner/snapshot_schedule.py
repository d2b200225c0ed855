"""Schedule of snapshots: often at first, when each reward teaches much, and then ever less often.

A snapshot is due after a twentieth more rewards than the last had learned, at least `FIRST` and at
most `worker.snapshot_every`. The least time between two, `worker.snapshot_min_s`, is shortened by
the same share: a young brain is small. So the first `20 * snapshot_every` rewards have some 135
snapshots, whatever their rate, and all later ones are `snapshot_every` apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.config.config import WorkerSettings

FIRST = 5
"""Rewards after which the first snapshot is due, and the least between two."""
SHARE = 0.05
"""Share of the rewards learned after which another is due; 20 and 0.1 lost no more that could be
told from chance (decision 36)."""


def is_due(learned: int, since: int, age_s: float, settings: WorkerSettings) -> bool:
    """Whether a snapshot is due.

    Parameters
    ----------
    learned
        Rewards that the brain has learned.
    since
        Rewards since the last snapshot.
    age_s
        Time since the last snapshot.
    settings
        Those of the learner's worker.

    Examples
    --------
    >>> from streams.config.config import WorkerSettings
    >>> settings = WorkerSettings(snapshot_every=2000, snapshot_min_s=10.0)
    >>> [is_due(n, n, 1.0, settings) for n in (4, 5)]
    [False, True]
    >>> is_due(50_000, 1_999, 60.0, settings), is_due(50_000, 2_000, 9.9, settings)
    (False, False)
    >>> is_due(50_000, 2_000, 10.0, settings)
    True
    """
    every = settings.snapshot_every
    wanted = min(float(every), max(float(FIRST), SHARE * learned))
    return since >= wanted and age_s >= settings.snapshot_min_s * wanted / every
