"""How fast a project's budget is spent, as a desk records it."""

from __future__ import annotations

import msgspec

from bandit.task.arrivals import Arrivals


class Pace(msgspec.Struct, omit_defaults=True):
    """The log of 1 + the price of a dollar (`bandit.limits.pacing`), and the tasks that came.

    `ask_usd` is the mean cost of recent asks, 0 before the first.
    """

    log_price: float = 0.0
    ask_usd: float = 0.0
    arrivals: Arrivals = msgspec.field(default_factory=Arrivals)
