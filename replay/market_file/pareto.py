"""The front of quality, cost and delay: what no other setting beats in all three (Pareto).

The value of a right answer and the price of waiting are swept around the market's own value; each
pair is one run of a fresh engine in the same market. They are the two dials of a project, so the
front is what can be had by turning them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from replay.market.live import run_live
from replay.market_file.build import build_market
from replay.runtime.parallel import workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bandit.settings import ProjectSettings, Settings
    from replay.market_file.sections import MarketSpec

VALUES = (0.04, 0.2, 1.0, 5.0)  # times the market's value of a right answer
DELAY_PRICES = (0.0, 0.1, 1.0)  # times that value, an hour


class ParetoPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of both dials, and what it gives; `usd_per_task` has the audits in it."""

    value_usd: float
    delay_usd_per_hour: float
    accuracy: float
    usd_per_task: float
    delay_s_median: float
    delay_s_p95: float
    on_front: bool = False


class ParetoFront(msgspec.Struct, frozen=True, kw_only=True):
    """All settings that were tried, the cheapest first."""

    tasks: int
    seed: int
    points: tuple[ParetoPoint, ...]


def pareto_front(
    spec: MarketSpec,
    settings: Settings,
    *,
    values: Sequence[float] = VALUES,
    delay_prices: Sequence[float] = DELAY_PRICES,
    jobs: int = 1,
    done: Callable[[int], None] = lambda _: None,
) -> ParetoFront:
    """Try all pairs of a value and a price of waiting.

    Parameters
    ----------
    values, delay_prices
        In units of the market's value of a right answer; prices are an hour's.
    done
        Told of each run that is done.
    """
    unit = spec.arrivals.value_usd or 1.0
    pairs = [(unit * value, unit * price) for value in values for price in delay_prices]
    points = []
    with workers(jobs) as run:
        for point in run(partial(_tried, spec, settings), pairs):
            points.append(point)
            done(1)
    ordered = sorted(with_front(points), key=lambda point: point.usd_per_task)
    return ParetoFront(tasks=spec.tasks.count, seed=settings.seed, points=tuple(ordered))


def with_front(points: Sequence[ParetoPoint]) -> list[ParetoPoint]:
    """Mark the points that no other beats or equals in all three, and beats in one.

    Examples
    --------
    >>> good = ParetoPoint(
    ...     value_usd=1.0,
    ...     delay_usd_per_hour=0.0,
    ...     accuracy=0.9,
    ...     usd_per_task=0.1,
    ...     delay_s_median=60.0,
    ...     delay_s_p95=900.0,
    ... )
    >>> dearer = msgspec.structs.replace(good, usd_per_task=0.2)
    >>> [point.on_front for point in with_front([good, dearer])]
    [True, False]
    """
    marked = []
    for point in points:
        beaten = any(_beats(other, point) for other in points)
        marked.append(msgspec.structs.replace(point, on_front=not beaten))
    return marked


def _beats(one: ParetoPoint, other: ParetoPoint) -> bool:
    a, b = _losses(one), _losses(other)
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def _losses(point: ParetoPoint) -> tuple[float, float, float]:
    return -point.accuracy, point.usd_per_task, point.delay_s_p95


def _tried(spec: MarketSpec, settings: Settings, dials: tuple[float, float]) -> ParetoPoint:
    value_usd, delay_usd_per_hour = dials
    arrivals = msgspec.structs.replace(spec.arrivals, value_usd=value_usd, target_accuracy=None)
    market = build_market(msgspec.structs.replace(spec, arrivals=arrivals), settings.seed)

    def priced(project: ProjectSettings) -> ProjectSettings:
        return msgspec.structs.replace(
            project, delay_usd_per_hour=delay_usd_per_hour, target_accuracy=None
        )

    live = run_live(
        market,
        msgspec.structs.replace(
            settings,
            project=priced(settings.project),
            projects={name: priced(project) for name, project in settings.projects.items()},
        ),
    )
    return ParetoPoint(
        value_usd=value_usd,
        delay_usd_per_hour=delay_usd_per_hour,
        accuracy=live.accuracy,
        usd_per_task=(live.usd + live.audit_usd) / live.tasks,
        delay_s_median=live.delay_s_median or 0.0,
        delay_s_p95=live.delay_s_p95 or 0.0,
    )
