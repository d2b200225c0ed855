"""Budgets: how much a project's asks may still cost, where a `Control` caps an hour, a day, or all.

A cap is split over the partitions as a capacity is, and an ask is paid from the desks that its
worker holds, in each period by itself. Each desk's record keeps what was spent in this hour, on
this day (both UTC, of the desk's time) and in all, so that stays counted when the cap changes. An
ask is counted at its price in the period in which it was made; one that ends without a label gives
its price back, and a label of another price corrects it. So asks at list price never exceed a cap
that has been in force since its period began. Under one that comes or is lowered later, desks of
one worker may have spent more than their share already, which those of others don't know of. What a
dollar is worth before the cap is reached is computed by `bandit.limits.pacing`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.desk.shares import debits, together
from bandit.limits.pacing import Pacing
from bandit.task.periods import NO_CAPS, PERIODS, number_of, used

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.desk.shares import WorkerDesks
    from bandit.task.periods import Caps, Period


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
    >>> from bandit.task.periods import Caps
    >>> from bandit.settings import MemorySettings
    >>> from bandit.desk.shares import WorkerDesks
    >>> desk, caps = Desk(MemorySettings()), Caps(day=1.0)
    >>> budgets = Budgets(1, WorkerDesks([desk]))
    >>> budgets.spend(desk, "p", caps, 0.0, 0.25)
    >>> budgets.left_usd("p", caps, 0.0), budgets.left_usd("p", caps, 86_400.0)
    (0.75, 1.0)
    """

    def __init__(self, partitions: int, held: WorkerDesks) -> None:
        self._partitions = partitions
        self._held = held
        self._pacing = Pacing(held)

    def left_usd(self, project: str, caps: Caps, now: float) -> float:
        """Return what may still be spent on `project` now; infinite without a cap."""
        if caps == NO_CAPS:
            return math.inf
        return min(_sums(self._left_of_each(project, caps, now)).values())

    def spend(self, desk: Desk, project: str, caps: Caps, now: float, usd: float) -> None:
        """Count an ask of `desk`; in a period without a cap the desk pays it alone."""
        left = self._left_of_each(project, caps, now)
        if usd and left:
            self._pacing.spend(desk, project, _sums(left), now, usd)
        for period in PERIODS:
            if period not in left:
                _use(desk, project, period, now, usd)
                continue
            amounts = debits(left[period], self._held.desks.index(desk), usd)
            for lender, amount in zip(self._held.desks, amounts, strict=True):
                _use(lender, project, period, now, amount)

    def correct(self, desk: Desk, project: str, asked_at: float, usd: float) -> None:
        """Add `usd`, which may be negative, to what an ask made at `asked_at` was counted at."""
        if usd:
            for period in PERIODS:
                _use(desk, project, period, asked_at, usd)

    def count_task(self, desk: Desk, project: str, caps: Caps, now: float) -> None:
        """Count a new task of `desk`, for which some of the budget is there."""
        if caps == NO_CAPS:
            self._pacing.end(desk, project)
        else:
            self._pacing.count_task(
                desk, project, _sums(self._left_of_each(project, caps, now)), now
            )

    def price(self, project: str, caps: Caps) -> float:
        """Return what a dollar of the budget is worth beyond itself; 0 where none is short."""
        return 0.0 if caps == NO_CAPS else self._pacing.price(project)

    def begin(self, desk: Desk, now: float) -> None:
        """Forget what was spent in earlier hours and on earlier days."""
        for period in PERIODS:
            by_project, number = used(desk.state, period), number_of(period, now)
            for project in [name for name, (its, _) in by_project.items() if its < number]:
                del by_project[project]

    def _left_of_each(self, project: str, caps: Caps, now: float) -> dict[Period, list[float]]:
        """Return what each desk has left, by period; 0 at desks where a later one has begun."""
        if caps == NO_CAPS:
            return {}
        return {
            period: [
                _left_of(desk, project, period, number_of(period, now), usd / self._partitions)
                for desk in self._held.desks
            ]
            for period, usd in caps.given().items()
        }


def _sums(left: dict[Period, list[float]]) -> dict[Period, float]:
    """Return what all desks have left together, by period."""
    return {period: together(parts) for period, parts in left.items()}


def _left_of(desk: Desk, project: str, period: Period, number: int, share: float) -> float:
    known, usd = used(desk.state, period).get(project, (number, 0.0))
    now = desk.state.now
    if max(known, number if now is None else number_of(period, now)) > number:
        return 0.0
    return share - usd if known == number else share


def _use(desk: Desk, project: str, period: Period, at: float, usd: float) -> None:
    """Count `usd` in the period of a time, unless it is over."""
    if not usd:
        return
    by_project, number = used(desk.state, period), number_of(period, at)
    known, before = by_project.get(project, (number, 0.0))
    if known <= number:
        by_project[project] = (number, before + usd if known == number else usd)
