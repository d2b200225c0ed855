"""The price of a dollar of budget: moved online, so that the budget lasts for its whole period.

An ask costs (1 + lambda) times its price in the look-ahead, lambda >= 0 by project. With rho the
dollars that there are for a task, the log of 1 + lambda moves by

    - STEP                 for each task that comes,
    + STEP * usd / rho     for each ask that costs `usd`,

never below 0. That is online mirror descent on the budget constraint (Balseiro, Lu and Mirrokni
2020, ICML, algorithm 1; map (1 + lambda) log(1 + lambda) - lambda): where asks cost rho a task on
average, the price stands still, and the tasks that gain most per dollar get the labels. In place of
the fixed rho of the paper,

    rho = dollars left / tasks still to come,    the least over the periods,

is planned anew with each ask, which makes good for errors of the forecast (re-solving: Bumpensanti
and Wang 2020, Management Science 66(7), 2993-3009). How many come until the hour or day is over is
forecast from arrivals (`bandit.task.arrivals`): the clock is the tasks, so a burst does not raise
the price, and what it has used up is missed by all later tasks alike. A budget in all has no end;
as many tasks as came so far are expected to come (the median by the Copernican principle: Gott
1993, Nature 363, 315-319).

A worker has one price for all its desks: each moves with what any of them spends.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.task.pace import Pace
from bandit.task.periods import left_s

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.desk.shares import WorkerDesks
    from bandit.task.periods import Period

STEP = 0.05
"""Log of the price that a task takes off: the order of 1 / sqrt(tasks of a period), as the paper's
bound on the regret wants it."""
MOST_MOVE = 0.5
"""About the most that one ask may add. Where few tasks can have one, since asks cost many times
rho, the step shrinks: else the first tasks after each lull would get the labels, not the best."""
RECENT = 0.1
"""Weight of the newest ask in the mean cost of an ask."""
MOST_LOG = math.log(1000.0)
"""Largest log of the price: no label that costs a cent is worth $10."""


class Pacing:
    """The price of each project's budget, as one worker moves it."""

    def __init__(self, held: WorkerDesks) -> None:
        self._held = held

    def price(self, project: str) -> float:
        """Return lambda: what a dollar of the budget is worth beyond itself."""
        return math.expm1(self._log_price(project))

    def count_task(
        self, desk: Desk, project: str, left_usd: Mapping[Period, float], now: float
    ) -> None:
        """Count a new task of `desk`; `left_usd` is what there is, by period."""
        self._of(desk, project).arrivals.count(now)
        self._move(project, -self._step(project, self._usd_per_task(project, left_usd, now)))

    def spend(
        self, desk: Desk, project: str, left_usd: Mapping[Period, float], now: float, usd: float
    ) -> None:
        """Move the price for an ask; `left_usd` is what there was before it, by period."""
        pace = self._of(desk, project)
        pace.ask_usd += (usd - pace.ask_usd) * (RECENT if pace.ask_usd else 1.0)
        rho = self._usd_per_task(project, left_usd, now)
        if rho > 0.0:
            self._move(project, self._step(project, rho) * usd / rho)

    def end(self, desk: Desk, project: str) -> None:
        """Forget the price of a project that has no budget any more."""
        if desk.state.paces:
            desk.state.paces.pop(project, None)

    def _usd_per_task(self, project: str, left_usd: Mapping[Period, float], now: float) -> float:
        """Return rho: the dollars that there are for each task still to come."""
        return min(
            left / max(1.0, self._tasks_ahead(project, period, now))
            for period, left in left_usd.items()
        )

    def _step(self, project: str, rho: float) -> float:
        usd = [pace.ask_usd for pace in self._paces(project) if pace.ask_usd]
        if not usd:
            return STEP
        return min(STEP, max(0.0, MOST_MOVE * rho * len(usd) / math.fsum(usd)))

    def _tasks_ahead(self, project: str, period: Period, now: float) -> float:
        seconds = left_s(period, now)
        arrivals = [pace.arrivals for pace in self._paces(project)]
        if math.isinf(seconds):
            return math.fsum(one.tasks for one in arrivals)
        return math.fsum(one.ahead(now, seconds) for one in arrivals)

    def _log_price(self, project: str) -> float:
        logs = [pace.log_price for pace in self._paces(project)]
        return math.fsum(logs) / len(logs) if logs else 0.0

    def _move(self, project: str, change: float) -> None:
        for pace in self._paces(project):
            pace.log_price = min(max(0.0, pace.log_price + change), MOST_LOG)

    def _of(self, desk: Desk, project: str) -> Pace:
        """Return the desk's record of a project; a new one begins at the worker's price."""
        pace = desk.state.paces.get(project)
        if pace is None:
            pace = desk.state.paces[project] = Pace(log_price=self._log_price(project))
        return pace

    def _paces(self, project: str) -> list[Pace]:
        return [
            desk.state.paces[project] for desk in self._held.desks if project in desk.state.paces
        ]
