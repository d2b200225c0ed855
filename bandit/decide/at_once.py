"""How many asks of a task to have at once: more than one where time is short or costs something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.decide.values import values_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.contexts import LoggedContext
    from bandit.labels.confusion import Floats


def asks_at_once(values_at_once: Sequence[Floats], *, waits_anyway: bool) -> int:
    """Return how many asks of the task are best to have at once, of the pool that is best then.

    `values_at_once` are those of each pool for 0, 1, ... labels, which include those that are
    expected by now. With `waits_anyway` the task waits for a label whatever is asked, so one
    is the least, and the wait for those that are asked at the same time costs no more.
    """
    best, best_value = 0, -np.inf
    least = int(waits_anyway)
    for values in values_at_once:
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
