"""What `poolwise experiment plan` answers, as plain data."""

from __future__ import annotations

import msgspec

from replay.experiment.arms.false_alarms import FalseAlarms


class PlannedTest(msgspec.Struct, frozen=True, kw_only=True):
    """What a goal takes. Units, tasks and dollars are those of all arms together.

    `audits` is how many times as many audits as in the log; `usd_gold` their price, `None` where
    the log has no audits. `days` is `None` where the log is too short to say how many come a day.
    `units_once` is how many it takes with a single look at the end, and `median_stop` after which
    share of the units half of the tests have their answer, if the effect is there.
    """

    goal: str
    metric: str
    effect: float
    audits: int
    units: int
    tasks: int
    days: float | None
    usd_gold: float | None
    units_once: int
    median_stop: float


class Detectable(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest effect in a metric that so many days find with the wished power."""

    metric: str
    days: float
    effect: float


class MetricVariance(msgspec.Struct, frozen=True, kw_only=True):
    """Mean of a metric in the log, the standard deviation of a unit, and what CUPED takes off.

    It is rough where a few units make most of the variance.
    """

    metric: str
    mean: float
    deviation: float
    deviation_adjusted: float
    shortened: float
    is_rough: bool


class PlanReport(msgspec.Struct, frozen=True, kw_only=True):
    """A plan, from a log of `tasks` in `units` over `days`; `shares` are those of the arms."""

    log: str
    unit: str
    power: float
    level: float
    shares: dict[str, float]
    tasks: int
    units: int
    days: float
    audits: int
    variances: tuple[MetricVariance, ...]
    plans: tuple[PlannedTest, ...]
    detectable: tuple[Detectable, ...]
    unknown: tuple[str, ...]
    covariates: tuple[str, ...]
    false_alarms: FalseAlarms | None
    notes: tuple[str, ...]
