"""What labels of a pool cost, where they are charged at another price than the pool's list price.

A platform may report with each label what it charged. A pool that lists $0.02 and charges $0.60 is
worth what it charges, so the look-ahead reckons with

    list price + mean over the last RECENT labels of (charged - list price),

where labels at list price, and those that are still missing, count as 0. The highest and the lowest
difference are left out: one wrong amount, such as cents for dollars, changes nothing.
"""

from __future__ import annotations

import math

RECENT = 20
"""Labels that are looked at: a price that changes is followed within as many."""
LEFT_OUT = 1
"""Differences left out at either end; a twentieth of the labels may have a wrong amount."""

Paid = tuple[float | None, ...]
"""What the last labels of a pool cost: `None` at list price; empty where all were."""


def with_label(paid: Paid, usd: float | None) -> Paid:
    """Return `paid` with one label more, which was charged at `usd`; `None`: at list price.

    Examples
    --------
    >>> with_label((), None), with_label((), 0.6), with_label((0.6,), None)
    ((), (0.6,), (0.6, None))
    """
    if usd is None and not paid:
        return paid
    recent = (*paid, usd)[-RECENT:]
    return recent if any(one is not None for one in recent) else ()


def expected_usd(list_usd: float, paid: Paid) -> float:
    """Return what the next label of a pool is expected to cost.

    Examples
    --------
    >>> (
    ...     expected_usd(0.02, ()),
    ...     expected_usd(0.02, (1e6,)),
    ...     round(expected_usd(0.02, (0.6,) * 20), 9),
    ... )
    (0.02, 0.02, 0.6)
    """
    if not paid:
        return list_usd
    above = [0.0 if usd is None else usd - list_usd for usd in paid]
    above += [0.0] * (RECENT - len(above))
    middle = sorted(above)[LEFT_OUT:-LEFT_OUT]
    return max(0.0, list_usd + math.fsum(middle) / len(middle))
