"""How many asks of a task to have at once: more than one where time is short or costs something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.decide.rounds import Rounds
from bandit.decide.values import values_usd
from bandit.decide.waiting import MOST_LABELS, in_time
from bandit.labels.look_ahead import outlook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.contexts import LoggedContext
    from bandit.events import Pool


def asks_at_once(
    logged: LoggedContext,
    pools: Sequence[Pool],
    deadline_at: float | None,
    most_at_once: Sequence[int],
    *,
    waits_anyway: bool,
) -> int:
    """Return how many asks of the task are best to have at once, of the pool that is best then.

    `pools` are the options of `logged`, none of them of experts; there may be `most_at_once` asks
    if all further ones are of that pool, those of which a label is expected now included. With
    `waits_anyway` the task waits for a label whatever is asked, so one is the least, and the wait
    for those that are asked at the same time costs no more.
    """
    terms, options, weighed = logged.terms, logged.options, logged.belief.weighed
    most = min(MOST_LABELS, logged.context.labels_left)
    left_s = None if deadline_at is None else deadline_at - terms.now
    each = [
        _rounds(
            options.costs_usd[n],
            options.waits_s[n],
            left_s,
            terms.delay_usd_per_hour,
            terms.worth_usd,
            most,
            most_of_pool,
        )
        for n, most_of_pool in enumerate(most_at_once)
    ]
    assert options.rows is not None  # there are pools
    ahead = outlook(weighed, options.rows, [pool.pool for pool in pools])
    leaders, chances = ahead.leaders(), ahead.joint.sum(axis=(0, 2))
    sequences = ahead.sequences(np.arange(len(chances)), leaders, most)
    first, second = chances[leaders].tolist()
    rivals = (1.0 - first) / max(second, 1e-300)
    best, best_value = 0, -np.inf
    least = int(waits_anyway)
    for one, of_pool in zip(each, sequences, strict=True):
        values = one.values(of_pool, leaders, rivals, most)
        at = least + int(values[least:].argmax())
        if values[at] - values[0] > best_value:
            best, best_value = at, float(values[at] - values[0])
    return best


def is_worth_waiting(logged: LoggedContext, expected: int) -> bool:
    """Whether labels that are expected are worth the wait, now that they are asked for.

    They are where a further label would be worth its price, or where these may be worth what
    waiting costs, if anything. That is spread over the labels: the last of n comes after 1 + 1/2 +
    ... + 1/n usual waits. The options of `logged` are the pools that were asked.
    """
    terms, options = logged.terms, logged.options
    assert options.rows is not None  # these pools were asked
    if not logged.context.is_enough:
        return True
    if not expected:
        return False
    waits = sum(1.0 / n for n in range(1, expected + 1)) / expected
    delays_usd = [waits * terms.delay_usd_per_hour * wait_s / 3600.0 for wait_s in options.waits_s]
    names = tuple(action.pool for action in options.actions)
    values = values_usd(
        options.rows,
        logged.belief.weighed,
        names,
        delays_usd,
        terms.worth_usd,
        min(expected, terms.most),
    )
    return max(values) > 0.0


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
