"""What `poolwise experiment read` answers, as plain data."""

from __future__ import annotations

import msgspec

from replay.experiment.arms.false_alarms import FalseAlarms
from replay.experiment.arms.sample_ratio import SampleRatio
from replay.experiment.arms.share_change import ShareChange
from replay.experiment.reading.recommend import Recommendation
from replay.experiment.tasks.forecast import ForecastScore
from replay.numerics.amount import Amount


class ArmSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An arm: its units and tasks, tasks without a verdict though old enough, its gold, its brain.

    `brain` is `shared` (it learns from all arms that share), `own` (from its own rewards alone), or
    empty where the log doesn't say.
    """

    arm: str
    units: int
    tasks: int
    stuck: int
    audits: int
    gold: int
    brain: str


class ArmDifference(msgspec.Struct, frozen=True, kw_only=True):
    """What an arm has more than the control of a metric, per task.

    `shortened` is the share by which covariates made the interval shorter. All are `None` where
    there are too few units. Means of shares are cut to 0 and 1, differences aren't.
    """

    arm: str
    metric: str
    control_mean: float | None
    arm_mean: float | None
    difference: Amount | None
    error: float | None
    shortened: float | None


class GuardResult(msgspec.Struct, frozen=True, kw_only=True):
    """A guardrail of an arm: `holds`, `broken` or `open`."""

    arm: str
    guard: str
    state: str


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """The difference in the chosen metric from all units that came before `at`."""

    arm: str
    at: float
    units: int
    difference: Amount | None


class SliceDifference(msgspec.Struct, frozen=True, kw_only=True):
    """The difference in the chosen metric over tasks of one kind; all slices hold together."""

    arm: str
    by: str
    value: str
    tasks: int
    difference: Amount | None


class CarryOver(msgspec.Struct, frozen=True, kw_only=True):
    """What it changes in a metric that the hour before was of this arm; `found` if it isn't 0.

    `settled` is the arm's difference from hours alone that follow one of the same arm.
    """

    arm: str
    metric: str
    difference: Amount | None
    found: bool
    settled: Amount | None


class ExperimentReport(msgspec.Struct, frozen=True, kw_only=True):
    """A test as its log shows it now.

    Attributes
    ----------
    log, experiment, unit, metric
        What was read, and the metric that decides.
    begin_at, end_at
        When its first and its last finished task came.
    control
        The arm that others are compared with.
    level
        Of all arms' intervals of one metric together, at all looks unless `once`.
    best_at
        Units at which intervals are narrowest.
    sample_ratio
        The test of the arms' shares; `None` where none were declared.
    share_change
        When the arms' shares changed during the test; `None` where nothing says so.
    misassigned
        Tasks of another arm than the settings draw; `None` where no settings were given.
    covariates
        What differences are adjusted for.
    """

    log: str
    experiment: str
    unit: str
    metric: str
    begin_at: float
    end_at: float
    control: str
    level: float
    best_at: float
    once: bool
    settled: bool
    recommendations: tuple[Recommendation, ...]
    arms: tuple[ArmSummary, ...]
    sample_ratio: SampleRatio | None
    share_change: ShareChange | None
    misassigned: int | None
    differences: tuple[ArmDifference, ...]
    guards: tuple[GuardResult, ...]
    carry_over: tuple[CarryOver, ...]
    curve: tuple[CurvePoint, ...]
    slices: tuple[SliceDifference, ...]
    forecasts: tuple[ForecastScore, ...]
    forecasts_refused: dict[str, str]
    false_alarms: FalseAlarms | None
    covariates: tuple[str, ...]
    pending: int
    others: int
    notes: tuple[str, ...]
