"""The value of asking each pool for several labels at once, by how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.decide.rounds import Rounds
from bandit.decide.waiting import MOST_LABELS, in_time
from bandit.labels.look_ahead import outlook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.terms import Terms
    from bandit.labels.confusion import Floats
    from bandit.labels.weighed import WeighedLabels


def values_at_once(
    weighed: WeighedLabels,
    rows: Floats,
    pools: Sequence[str],
    costs_usd: Sequence[float],
    waits_s: Sequence[float],
    deadline_at: float | None,
    terms: Terms,
) -> list[Floats]:
    """Return the value of asking each pool for 0, 1, ... labels at once, in right answers.

    `rows` are those of the pools' next labels; `terms` say how many asks there may be.
    """
    ahead = outlook(weighed, rows, pools)
    most = min(MOST_LABELS, terms.labels_left)
    leaders, chances = ahead.leaders(), ahead.joint.sum(axis=(0, 2))
    sequences = ahead.sequences(np.arange(len(chances)), leaders, most)
    first, second = chances[leaders].tolist()
    rivals = (1.0 - first) / max(second, 1e-300)
    left_s = None if deadline_at is None else max(0.0, deadline_at - terms.now)
    return [
        _rounds(
            cost_usd,
            wait_s,
            left_s,
            terms.delay_usd_per_hour,
            terms.worth_usd,
            most,
            terms.most_at_once[pool],
        ).values(of_pool, leaders, rivals, most)
        for pool, of_pool, cost_usd, wait_s in zip(
            pools, sequences, costs_usd, waits_s, strict=True
        )
    ]


def _rounds(
    cost_usd: float,
    wait_s: float,
    left_s: float | None,
    delay_usd_per_hour: float,
    worth_usd: float,
    most: int,
    most_at_once: int,
) -> Rounds:
    delay_usd = delay_usd_per_hour * wait_s / 3600.0
    rounds, chance = most, 1.0
    if left_s is not None and left_s < wait_s * most:
        rounds = max(1, int(left_s / wait_s))
        chance = in_time(wait_s, left_s - (rounds - 1) * wait_s)
    return Rounds(
        rounds, chance, (cost_usd - delay_usd) / worth_usd, delay_usd / worth_usd, most_at_once
    )
