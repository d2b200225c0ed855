"""What a task's features say of the pools: how often their labels of such tasks are right.

The model of labels doesn't look at features. Vowpal Wabbit predicts from them the chance that a
pool's next label is right, and the labelers' regression learns how much of its difference from
the usual chance to believe; by so much the odds of a right answer move in the pool's rows.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.confusion import tilted
from bandit.learn.calibration import logistic, logit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature
    from bandit.labels.confusion import Floats
    from bandit.labels.weighed import WeighedLabels
    from bandit.learn.brain import Brain

USUAL = "usual"
"""Signal of a pool: log-odds that its label of a task is right, by the model of labels alone."""
STEP = 0.1
"""Rows move in steps of this many log-odds, so that tasks with similar features share values."""
KEPT_BYTES = 16_384
"""Moved rows are kept where they are no larger: of 500 classes, five pools' have 20 MB."""


def usual_odds(weighed: WeighedLabels, rows: Floats, pools: tuple[str, ...]) -> dict[str, float]:
    """Return the signal `USUAL` of each pool, whose labels have `rows` in the model of labels."""
    if not pools:
        return {}
    key = (USUAL, pools)  # tasks without labels share what they are weighed by
    odds = weighed.values.get(key)
    if odds is None:
        odds = tuple([round(logit(rate), 6) for rate in weighed.right_rates(rows)])
        weighed.values[key] = odds
    return dict(zip(pools, odds, strict=True))


@lru_cache(maxsize=1024)
def _rates(usual: tuple[float, ...]) -> tuple[float, ...]:
    """Return the chances of log-odds; cached, since tasks without labels share them."""
    return tuple([logistic(odds) for odds in usual])


def quality_and_rows(
    brain: Brain,
    project: str,
    classes: tuple[str, ...],
    features: Mapping[str, Feature],
    signals: Mapping[str, Mapping[str, float]],
    usual: Mapping[str, float],
) -> tuple[dict[str, float], Floats]:
    """Return the chance that each pool's label is right, and the pools' rows for such a task.

    `signals` are those of the pools and `usual` the signal `USUAL` among them, in the same order.
    """
    labels, pools = brain.project(project).labels, tuple(usual)
    if not pools:
        return {}, labels.pool_rows(classes, pools)
    rates = dict(zip(pools, _rates(tuple(usual.values())), strict=True))
    quality = brain.quality(project, features, signals, rates)
    moves = brain.accuracy.task_log_tilts([quality[pool] for pool in pools], usual.values())
    steps = tuple([round(move / STEP) for move in moves])
    if not any(steps):
        return quality, labels.pool_rows(classes, pools)
    key = ("moved", classes, pools, steps)
    rows: Floats | None = labels.memo.find(key)
    if rows is None:
        rows = tilted(labels.pool_rows(classes, pools), np.exp(np.array(steps) * STEP))
        if rows.nbytes <= KEPT_BYTES:
            labels.memo.keep(key, rows)
    return quality, rows
