"""A simulated log with a known truth, as a table that anybody could hand in."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np


class Attack(NamedTuple):
    """A design that an interval has to hold on, whatever the log looks like.

    Attributes
    ----------
    name
        Group and design, as `order: sorted by action`.
    goal
        Share of the answered logs whose interval must hold `truth`: .93, of dollars .92.
    truth
        Mean reward of the target.
    make
        Columns of a table of n rows, from a generator and n; picklable.
    asked
        Keyword arguments of `replay.evaluate`, besides the table.
    full
        Those that tell it all chances, where `asked` tells it only some: for the effective sample
        size. Empty where `asked` does, or where there is nothing more to tell.
    pess_share
        Expected effective sample size as a share of the rows, where no table tells all chances; NaN
        if a table does, or of loggers that learn.
    """

    name: str
    goal: float
    truth: float
    make: Callable[[np.random.Generator, int], dict[str, Any]]
    asked: dict[str, Any]
    full: dict[str, Any] = {}  # noqa: RUF012 - nobody writes into it
    pess_share: float = nan
