"""A pool's plan: its demand beside its capacity, and the labelers that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.forecast.plan.labeler_rates import LabelerRate, labeler_rate
from replay.forecast.plan.shortage import shortage
from replay.forecast.plan.staffing import StaffedHour, StaffingPlan, labelers_needed
from replay.forecast.report import PoolPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.forecast.projection.projection import Projection
    from replay.forecast.sources.log_events import AskedLabel, LogEvents
    from replay.forecast.wishes import Wishes


def capacity_of(events: LogEvents, pool: str, wishes: Wishes) -> float | None:
    """Return the labels an hour that a pool can give, as wished or as the log says."""
    known = events.pools.get(pool)
    return wishes.labels_per_hour.get(pool, known.capacity_per_hour if known else None)


def rate_of(
    pool: str, asks: Sequence[AskedLabel], end: float, wishes: Wishes
) -> LabelerRate | None:
    """Return what one labeler of a pool does in an hour, as wished or by its asks."""
    rate = labeler_rate(asks, end)
    given = wishes.rate_of(pool)
    if given is None:
        return rate
    return LabelerRate(given, "given by --rate", rate.most_active if rate else None)


def plan_pool(
    pool: str,
    demand: Projection,
    labels_per_hour: float | None,
    rate: LabelerRate | None,
    wishes: Wishes,
) -> PoolPlan:
    """Plan for paths of hourly demand."""
    start_at, paths = demand.forecast.start_at, demand.paths
    short = None
    if labels_per_hour is not None:
        short = shortage(pool, paths, labels_per_hour, start_at, wishes.surge, wishes.level)
    staffing = None
    if rate is not None:
        per_hour = rate.labels_per_hour
        needed = labelers_needed(paths, per_hour, wishes.service)
        surged = labelers_needed(paths * (1.0 + wishes.surge), per_hour, wishes.service)
        staffing = StaffingPlan(
            pool=pool,
            labels_per_labeler_hour=per_hour,
            rate_from=rate.rate_from,
            most_active=rate.most_active,
            hours=tuple(
                StaffedHour(
                    at=start_at + 3600.0 * hour,
                    asks=demand.forecast.values[hour],
                    labelers=labelers,
                    labelers_after_surge=more,
                )
                for hour, (labelers, more) in enumerate(zip(needed, surged, strict=True))
            ),
        )
    return PoolPlan(pool=pool, shortage=short, staffing=staffing)
