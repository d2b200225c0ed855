"""Shares: what a worker's desks hold is counted together, and an ask is paid from their shares.

Each partition has a fixed share of a pool's capacity and of a project's budget, written on its
desk, so it goes where the partition goes and nothing is lost with a worker. A worker that has
several desks may use all that they hold: what one lends, it has used.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.desk.desk import Desk

DIGITS = 9
"""Sums of parts are rounded to this: n seconds' worth of filling is n seconds' worth."""


class WorkerDesks:
    """The desks that a worker has, in the order of their partitions.

    `changed` counts how often another set of them, or other contents, took the place of these.
    """

    def __init__(self, desks: Sequence[Desk] = ()) -> None:
        self.desks: tuple[Desk, ...] = ()
        self.changed = 0
        self.replace(desks)

    def replace(self, desks: Sequence[Desk]) -> None:
        """Hold these from now on."""
        self.desks = tuple(desks)
        self.changed += 1


def together(parts: Iterable[float]) -> float:
    """Return what parts sum to, without the dust of adding them.

    Examples
    --------
    >>> together([0.1, 0.2, -0.3])
    0.0
    """
    return round(math.fsum(parts), DIGITS)


def debits(held: Sequence[float], own: int, amount: float) -> list[float]:
    """Return how much of `amount` each desk gives: first number `own`, then the richest in turn.

    They sum to `amount`: what rounding made of a sum that is just enough, `own` gives too.

    Examples
    --------
    >>> debits([0.25, 0.5, 0.75], 0, 1.0)
    [0.25, 0.0, 0.75]
    """
    given = [0.0] * len(held)
    others = sorted((i for i in range(len(held)) if i != own), key=lambda i: -held[i])
    for i in (own, *others):
        given[i] = min(max(0.0, held[i]), amount)
        amount -= given[i]
    given[own] += amount
    return given
