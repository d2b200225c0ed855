"""Signals that follow from a logged decision alone, so that they are not logged again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.events import Decision


def of_progress(decision: Decision, begin: float) -> dict[str, float]:
    """Return what the decision says of the task; `begin` is when it was first decided about.

    `entropy` is that of the posterior, 1 where all classes are as likely; `waited` is the log of
    1 + the seconds since the first decision.

    References
    ----------
    Shannon (1948), A mathematical theory of communication, Bell System Technical Journal 27(3).
    """
    found = {
        "waited": math.log1p(max(0.0, decision.at - begin)),
        "budget_price": decision.budget_price,
    }
    chances = [chance for chance in decision.posterior.values() if chance > 0.0]
    if len(decision.posterior) > 1:
        entropy = -math.fsum(chance * math.log(chance) for chance in chances)
        found["entropy"] = entropy / math.log(len(decision.posterior))
    return found


def of_pool(decision: Decision, pool: str) -> dict[str, float]:
    """Return what the decision says of a pool: its prices, and how hard the task is for it.

    `difficulty` is the predicted chance that its label of this task is wrong, `in_time` that it
    comes before the deadline.
    """
    found = {}
    if pool in decision.quality:
        found["difficulty"] = 1.0 - decision.quality[pool]
    for name, values in (
        ("price_usd", decision.usd_per_label),
        ("scarcity_usd", decision.scarcity_usd),
        ("in_time", decision.in_time),
    ):
        if pool in values:
            found[name] = values[pool]
    return found
