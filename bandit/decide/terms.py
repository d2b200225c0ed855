"""What a decision about a task is made by, whichever pool is asked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Terms(msgspec.Struct, frozen=True, gc=False):
    """The time, the worth of a right answer, and the prices and limits of a decision.

    `budget_price` is what a dollar of the project's budget is worth beyond itself; `most` is how
    many labels of one pool are looked ahead, `labels_left` how many the task may still get. Where
    several asks of it may be best at once, `at_once` is how many of which a label is expected there
    may be, if all further ones are of a pool.
    """

    now: float
    worth_usd: float
    budget_price: float
    delay_usd_per_hour: float
    most: int
    labels_left: int
    at_once: Mapping[str, int]
