"""Shares: a worker adds up the shares of its desks, and pays an ask from several of them.

Each partition has a fixed share of a pool's capacity and of a project's budget, written on its
desk, so it moves with the partition and nothing is lost with a worker. A worker with several desks
may use the shares of all: what one desk lends another counts as used by the lender.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.desk.desk import Desk

DIGITS = 9
"""Decimals that sums of shares are rounded to: n fillings of 1/n then make exactly 1."""


class WorkerDesks:
    """The desks that a worker holds, in the order of their partitions.

    `changed` counts how often they, or their contents, were replaced.
    """

    def __init__(self, desks: Sequence[Desk] = ()) -> None:
        self.desks: tuple[Desk, ...] = ()
        self.changed = 0
        self.replace(desks)

    def replace(self, desks: Sequence[Desk]) -> None:
        """Replace the desks."""
        self.desks = tuple(desks)
        self.changed += 1


def together(parts: Iterable[float]) -> float:
    """Return the sum of shares, without rounding errors of the addition.

    Examples
    --------
    >>> together([0.1, 0.2, -0.3])
    0.0
    """
    return round(math.fsum(parts), DIGITS)


def debits(held: Sequence[float], own: int, amount: float) -> list[float]:
    """Return how much of `amount` each desk pays: first number `own`, then those that hold most.

    They sum to `amount`; `own` also pays what rounding leaves of it.

    Examples
    --------
    >>> debits([0.25, 0.5, 0.75], 0, 1.0)
    [0.25, 0.0, 0.75]
    """
    amounts = [0.0] * len(held)
    others = sorted((i for i in range(len(held)) if i != own), key=lambda i: -held[i])
    for i in (own, *others):
        amounts[i] = min(max(0.0, held[i]), amount)
        amount -= amounts[i]
    amounts[own] += amount
    return amounts
