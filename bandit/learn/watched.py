"""Signals of a label that are logged and that nothing learns from: decision 43 says why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.features.type_pace import TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature
    from bandit.features.type_pace import TypePaces
    from bandit.learn.track_record import TrackRecord

STREAK, IDLE, PACE = "streak", "idle", "pace"
WATCHED = (STREAK, IDLE, PACE)


def watched_signals(
    record: TrackRecord,
    paces: TypePaces,
    features: Mapping[str, Feature],
    pool: str,
    delay_s: float,
    at: float,
) -> dict[str, float]:
    """Return the signals of a label that came at `at`, `delay_s` after its ask.

    `streak` is the number of the labeler's last labels that were all more likely right than not,
    below 0 if not; `idle` the log of 1 + the seconds since the label before; `pace` the log of the
    delay against the usual one of the task's type.

    Examples
    --------
    >>> from bandit.learn.track_record import TrackRecord
    >>> from bandit.features.type_pace import TypePaces
    >>> watched_signals(TrackRecord(streak=3, last_at=0.0), TypePaces(), {}, "a", 5.0, 60.0)
    {'streak': 3.0, 'idle': 4.1109}
    """
    signals = {STREAK: float(record.streak)}
    if record.last_at is not None:
        signals[IDLE] = round(math.log1p(max(0.0, at - record.last_at)), 4)
    if TYPE in features:
        pace = paces.of(features, pool, delay_s)
        if pace is not None:
            signals[PACE] = pace
    return signals
