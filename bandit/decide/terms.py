"""What a decision about a task is made by, whichever pool is asked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Terms(msgspec.Struct, frozen=True, gc=False):
    """The time, the worth of a right answer, and the prices and limits of a decision.

    `budget_price` is what a dollar of the project's budget is worth beyond itself; `most` is how
    many labels of one pool are looked ahead, `labels_left` how many the task may still get.
    `most_at_once` is by pool the most asks that may be awaited if all further ones go to that pool,
    silent ones not counted; it is empty where labels are best asked for one after the other.
    """

    now: float
    worth_usd: float
    budget_price: float
    delay_usd_per_hour: float
    most: int
    labels_left: int
    most_at_once: Mapping[str, int]
