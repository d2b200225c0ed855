"""What the month will have cost at its end, and the day on which a budget runs out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from replay.forecast.plan.sums import amount_of
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from numpy.typing import NDArray


class MonthEnd(msgspec.Struct, frozen=True, kw_only=True):
    """Spend of a calendar month (UTC): so far, and at its end with its interval.

    `after_surge_usd` is the end's mean if what is to come grows by the surge.
    """

    month: str
    so_far_usd: float
    at_end: Amount
    after_surge_usd: float
    level: float


class BudgetEnd(msgspec.Struct, frozen=True, kw_only=True):
    """When a budget runs out; times are `None` where it outlasts the forecast.

    With `is_used_up`, less is left than the cheapest label of the project cost.
    `earliest_at` and `latest_at` are the limits of an interval; `seen_until` is how far the
    forecast goes.
    """

    budget_usd: float
    project: str | None
    expected_at: float | None
    earliest_at: float | None
    latest_at: float | None
    after_surge_at: float | None
    seen_until: float
    level: float
    is_used_up: bool = False


def month_begin(at: float) -> float:
    """Return the begin of the month of a moment.

    Examples
    --------
    >>> month_begin(40 * 86400.0) / 86400.0
    31.0
    """
    day = datetime.fromtimestamp(at, UTC)
    return day.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()


def month_end(at: float) -> float:
    """Return the end of the month of a moment; a moment at which a month begins is in that one.

    Examples
    --------
    >>> month_end(0.0) / 86400.0, month_end(31 * 86400.0) / 86400.0
    (31.0, 59.0)
    """
    begin = datetime.fromtimestamp(month_begin(at), UTC)
    return (begin + timedelta(days=32)).replace(day=1).timestamp()


def spend_at_month_end(
    paths: NDArray[np.float64], now: float, so_far_usd: float, surge: float, level: float = 0.9
) -> MonthEnd:
    """Add up paths of spend, shape (paths, steps), which go from `now` to the end of the month."""
    sums = paths.sum(axis=1)
    return MonthEnd(
        month=datetime.fromtimestamp(now, UTC).strftime("%Y-%m"),
        so_far_usd=so_far_usd,
        at_end=amount_of(so_far_usd + sums, level),
        after_surge_usd=so_far_usd + float(sums.mean()) * (1.0 + surge),
        level=level,
    )


def budget_end(
    paths: NDArray[np.float64],
    now: float,
    step_s: float,
    left_usd: float,
    surge: float,
    project: str | None = None,
    level: float = 0.9,
) -> BudgetEnd:
    """Return when paths of spend, shape (paths, steps), have used up what is left of a budget.

    Examples
    --------
    >>> paths = np.full((30, 10), 5.0)
    >>> end = budget_end(paths, 0.0, 3600.0, 22.0, surge=0.2)
    >>> end.expected_at, end.after_surge_at
    (18000.0, 14400.0)
    """
    half = (1.0 - level) / 2.0
    steps = _steps_until(paths, left_usd)
    surged = _steps_until(paths * (1.0 + surge), left_usd)

    def at(step: float, most: int) -> float | None:
        return now + step_s * step if step <= most else None

    most = paths.shape[1]
    return BudgetEnd(
        budget_usd=left_usd,
        project=project,
        expected_at=at(_order(steps, 0.5), most),
        earliest_at=at(_order(steps, half), most),
        latest_at=at(_order(steps, 1.0 - half), most),
        after_surge_at=at(_order(surged, 0.5), most),
        seen_until=now + step_s * most,
        level=level,
    )


def _steps_until(paths: NDArray[np.float64], usd: float) -> NDArray[np.float64]:
    """Return after how many steps each path has cost so much; one more than it has for never."""
    not_yet: NDArray[np.float64] = (np.cumsum(paths, axis=1) < usd).sum(axis=1).astype(np.float64)
    return not_yet + 1.0


def _order(values: NDArray[np.float64], share: float) -> float:
    return float(np.quantile(values, share, method="higher"))
