"""Test of stationarity: whether rows of a log may be replayed in any order.

A policy that learned while it wrote the log, or a world that drifts, shows in the chances, the
actions or the rewards of ten parts of the log. Learners then walk it in its own order, each once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.learning.memory_log import ReplayLog
    from replay.numerics.arrays import Floats

PARTS = 10
BY_LUCK = 1e-4
"""Chance of a false alarm over all tests: an alarm costs the variance between replays."""


def any_order(held: ReplayLog) -> bool:
    """Whether no part of the log differs from the others by more than luck.

    Source: the one-way test of equal means, by its χ² limit; corrected for the number of tests
    (Bonferroni).
    """
    if len(held) < 2 * PARTS:
        return False
    chances = [_by_luck(values) for values in _looked_at(held)]
    return min(chances, default=1.0) * len(chances) >= BY_LUCK


def _looked_at(held: ReplayLog) -> Iterator[Floats]:
    yield held.propensity
    yield held.reward
    for action in range(len(held.actions)):
        yield (held.action == action).astype(float)
        if held.pmf is not None:
            yield held.pmf[:, action]


def _by_luck(values: Floats) -> float:
    """Chance that means of the parts differ as much by luck.

    Examples
    --------
    >>> alike = np.tile([0.0, 1.0], 500)
    >>> _by_luck(alike) > 0.9, _by_luck(np.sort(alike)) < 1e-9
    (True, True)
    """
    variance = float(values.var())
    if variance <= (1e-9 * (1.0 + abs(float(values.mean())))) ** 2:
        return 1.0
    parts = np.array_split(values, PARTS)
    away = sum(len(part) * (part.mean() - values.mean()) ** 2 for part in parts)
    return float(chdtrc(PARTS - 1, away / variance))
