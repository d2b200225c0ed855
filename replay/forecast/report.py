"""The whole answer of `poolwise forecast`, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.forecast.plan.shortage import Shortage
from replay.forecast.plan.spending import BudgetEnd, MonthEnd
from replay.forecast.plan.staffing import StaffingPlan
from replay.forecast.projection.projection import SeriesForecast
from replay.forecast.series.series import Per
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator


class ForecastOf(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast and whose it is: a project's, a pool's, or everything's (`None` for both).

    `total` is the sum over the horizon with its interval, for what can be added up.
    """

    kind: str
    project: str | None
    pool: str | None
    total: Amount | None
    forecast: SeriesForecast


class PoolPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a pool is short of, and whom it needs; `None` where it isn't known."""

    pool: str
    shortage: Shortage | None
    staffing: StaffingPlan | None


class ForecastReport(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of a log or a table, and what to do about them.

    Attributes
    ----------
    source
        The log or table.
    per
        Length of a step.
    begin_at, start_at
        Begin of the history that was used, and its end, where the forecast begins.
    horizon
        Steps ahead.
    level
        Share of values that each interval is to hold.
    surge
        Share by which demand grows in what is called the surge.
    service_share, most_wait_s
        The wished service level: that share of asks is begun within that time.
    actions
        What to do, in words, the most urgent first.
    """

    source: str
    per: Per
    begin_at: float
    start_at: float
    horizon: int
    level: float
    surge: float
    service_share: float
    most_wait_s: float
    actions: tuple[str, ...]
    forecasts: tuple[ForecastOf, ...]
    pools: tuple[PoolPlan, ...]
    month: MonthEnd | None
    budgets: tuple[BudgetEnd, ...]
    notes: tuple[str, ...]

    def of(
        self, kind: str, project: str | None = None, pool: str | None = None
    ) -> ForecastOf | None:
        """Return one forecast, or `None`."""
        return next(self._of(kind, project, pool), None)

    def _of(self, kind: str, project: str | None, pool: str | None) -> Iterator[ForecastOf]:
        for each in self.forecasts:
            if (each.kind, each.project, each.pool) == (kind, project, pool):
                yield each
