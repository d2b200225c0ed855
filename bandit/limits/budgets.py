"""Daily budgets: how much a project's asks may still cost today, where a `Control` caps it.

A cap is split over the partitions as a capacity is, and an ask is paid from the desks that its
worker holds. Each desk's record keeps what was spent today (a UTC day of the desk's time), so that
stays counted when the cap changes, and ends with the day. An ask is counted at its price on the day
it was made; one that ends without a label gives its price back, and a label of another price
corrects it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.days import day_of
from bandit.desk.shares import debits, together

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.desk.shares import WorkerDesks


class Budgets:
    """Money left for asks, as one worker counts it.

    Parameters
    ----------
    partitions
        Number of partitions in all.
    held
        The desks that the worker holds at any time.

    Examples
    --------
    >>> from bandit.desk.desk import Desk
    >>> from bandit.settings import MemorySettings
    >>> from bandit.desk.shares import WorkerDesks
    >>> desk = Desk(MemorySettings())
    >>> budgets = Budgets(1, WorkerDesks([desk]))
    >>> budgets.spend(desk, "p", 1.0, 0.0, 0.25)
    >>> budgets.left_usd("p", 1.0, 0.0), budgets.left_usd("p", 1.0, 86_400.0)
    (0.75, 1.0)
    """

    def __init__(self, partitions: int, held: WorkerDesks) -> None:
        self._partitions = partitions
        self._held = held

    def left_usd(self, project: str, cap_usd: float | None, now: float) -> float:
        """Return what may still be spent on `project` today; infinite without a cap."""
        if cap_usd is None:
            return math.inf
        return together(self._left(project, cap_usd, day_of(now)))

    def spend(
        self, desk: Desk, project: str, cap_usd: float | None, now: float, usd: float
    ) -> None:
        """Count an ask of `desk`; without a cap the desk pays it alone."""
        day = day_of(now)
        if cap_usd is None:
            _use(desk, project, day, usd)
            return
        left = self._left(project, cap_usd, day)
        amounts = debits(left, self._held.desks.index(desk), usd)
        for lender, amount in zip(self._held.desks, amounts, strict=True):
            _use(lender, project, day, amount)

    def correct(self, desk: Desk, project: str, asked_at: float, usd: float) -> None:
        """Add `usd`, which may be negative, to what an ask made at `asked_at` was counted at."""
        _use(desk, project, day_of(asked_at), usd)

    def begin_day(self, desk: Desk, now: float) -> None:
        """Forget what was spent on earlier days."""
        used, today = desk.state.used_usd, day_of(now)
        for project in [name for name, (day, _) in used.items() if day < today]:
            del used[project]

    def _left(self, project: str, cap_usd: float, day: int) -> list[float]:
        """Return what each desk has left; 0 at desks where a later day has begun."""
        share = cap_usd / self._partitions
        left = []
        for desk in self._held.desks:
            known, used = desk.state.used_usd.get(project, (day, 0.0))
            its_day = day if desk.state.now is None else day_of(desk.state.now)
            if max(known, its_day) > day:
                left.append(0.0)
            else:
                left.append(share - used if known == day else share)
        return left


def _use(desk: Desk, project: str, day: int, usd: float) -> None:
    known, used = desk.state.used_usd.get(project, (day, 0.0))
    if usd and known <= day:
        desk.state.used_usd[project] = (day, used + usd if known == day else usd)
