"""Plans and reports of live tests, from Python: `plan_experiment` and `read_experiment`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.experiment.arguments import check_design, check_plan, check_reading
from replay.experiment.arms.difference import BEST_AT, Looks
from replay.experiment.arms.false_alarms import false_alarms
from replay.experiment.arms.guards import parse_guard
from replay.experiment.arms.metrics import metric_called
from replay.experiment.declared_arms import checked_shares, settings_of, with_control_first
from replay.experiment.planning.goals import Design, goal_of
from replay.experiment.planning.plan import plan_test
from replay.experiment.reading.question import Question
from replay.experiment.reading.read import read_test
from replay.experiment.tasks.arm_log import read_arm_log
from replay.experiment.tasks.survey import Asked
from replay.runtime.arguments import path_of, several

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bandit.experiment_settings import Unit
    from replay.experiment.planning.results import PlanReport
    from replay.experiment.reading.results import ExperimentReport

    Tell = Callable[[int], None]

HALVES = {"control": 0.5, "treatment": 0.5}
"""The arms of a plan, if no others are given."""


def plan_experiment(
    log: str | Path,
    *,
    detect: Mapping[str, float] | None = None,
    not_worse: Mapping[str, float] | None = None,
    config: str | Path | None = None,
    unit: Unit | None = None,
    shares: Mapping[str, float] | None = None,
    control: str | None = None,
    power: float = 0.8,
    level: float = 0.95,
    delay_usd_per_hour: float = 0.0,
    audit_usd: float | None = None,
    aa: int = 0,
    tell: Tell | None = None,
) -> PlanReport:
    """Say how many tasks, days and dollars of gold a live test takes, from the variance of a log.

    Parameters
    ----------
    log
        A log file or the folder of an archive, with or without a test in it.
    detect, not_worse
        By metric (accuracy, agreement, usd, delay_s, net_usd), the effect per task that is to be
        found, and the loss that is to be ruled out; 0.01 of accuracy is a point.
    config
        The worker's TOML: unit, arms and shares are those of its section [experiment].
    unit
        What is assigned to an arm: task, project, or hour.
    shares, control
        Share of each arm, and the arm that others are compared with: else the first.
    power, level
        Chance that the test has its answer, 0.5 to 0.999, and confidence level of its intervals.
    delay_usd_per_hour, audit_usd
        What an hour until the verdict costs, and gold from outside the pools.
    aa
        Number of A/A tests to run on the log.
    tell
        Called with the number of records that were read, and of A/A tests that were done.

    Raises
    ------
    InputError, ConfigError
        If the log or an argument can't be used.
    CannotAnswer
        If the log has too little to plan from.

    Examples
    --------
    >>> plan_experiment("labels.db", detect={"usd": 0.01})
    Traceback (most recent call last):
    ...
    bandit.errors.MissingInput: labels.db: no such file
    """
    place = path_of("log", log)
    check_design(
        config=config,
        unit=unit,
        shares=shares,
        control=control,
        level=level,
        delay_usd_per_hour=delay_usd_per_hour,
        audit_usd=audit_usd,
        aa=aa,
    )
    check_plan(detect=detect, not_worse=not_worse, power=power)
    goals = [goal_of("detect", *each) for each in (detect or {}).items()]
    goals += [goal_of("not worse", *each) for each in (not_worse or {}).items()]
    settings = settings_of(config)
    given = checked_shares(shares) if shares else settings.shares() if settings else HALVES
    kind: Unit = unit or (settings.unit if settings else "task")
    asked = Asked(unit=kind, delay_usd_per_hour=delay_usd_per_hour, audit_usd=audit_usd)
    design = Design(kind, with_control_first(given, control), power, level)
    read = read_arm_log(place, asked, tell, needs_arms=False)
    alarms = None
    if aa:
        metric = goals[0].metric if goals and goals[0].metric in read.metrics else "usd"
        units = read.units()
        looks = Looks(level, min(float(BEST_AT[kind]), float(len(units))))
        alarms = false_alarms(
            units, read.unit_keys(), metric, looks, aa, tell, control=design.control_share
        )
    return plan_test(read, tuple(goals), design, str(log), alarms)


def read_experiment(
    log: str | Path,
    *,
    metric: str | None = None,
    guards: str | Sequence[str] = (),
    effect: float = 0.0,
    by: str | Sequence[str] = (),
    test: str | None = None,
    config: str | Path | None = None,
    unit: Unit | None = None,
    shares: Mapping[str, float] | None = None,
    control: str | None = None,
    planned: int | None = None,
    once: bool = False,
    settled: bool = False,
    warm_up: int = 0,
    cuped: bool = True,
    level: float = 0.95,
    delay_usd_per_hour: float = 0.0,
    audit_usd: float | None = None,
    aa: int = 0,
    tell: Tell | None = None,
) -> ExperimentReport:
    """Say what a live test has found so far, and whether to ship, stop or continue.

    Parameters
    ----------
    log
        A log file or the folder of an archive.
    metric
        The one that decides: accuracy, agreement, usd, delay_s or net_usd.
    guards
        Limits that differences from the control must keep, such as `accuracy>=-0.005`.
    effect
        The smallest effect worth shipping.
    by
        Features to slice by, or project.
    test
        Name of the test, if the log has several.
    config
        The worker's TOML: test, unit, arms and shares are those of its section [experiment].
    unit, shares, control
        As for `plan_experiment`.
    planned
        Planned units of all arms, at which intervals are narrowest: fix it before the test.
    once
        Whether intervals are for a single look.
    settled
        Whether only hours count that follow an hour of the same arm.
    warm_up
        So many tasks at the beginning are left out.
    cuped
        Whether differences are adjusted for covariates.
    level, delay_usd_per_hour, audit_usd, aa, tell
        As for `plan_experiment`.

    Raises
    ------
    InputError, ConfigError
        If the log or an argument can't be used.
    CannotAnswer
        If the log has too little to compare.

    Examples
    --------
    >>> read_experiment("labels.db", guards=["accuracy=-0.005"])
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: --guard 'accuracy=-0.005': must be METRIC>=LIMIT or METRIC<=LIMIT, \
such as 'accuracy>=-0.005'
    """
    place = path_of("log", log)
    check_design(
        config=config,
        unit=unit,
        shares=shares,
        control=control,
        level=level,
        delay_usd_per_hour=delay_usd_per_hour,
        audit_usd=audit_usd,
        aa=aa,
    )
    check_reading(metric=metric, test=test, effect=effect, planned=planned, warm_up=warm_up)
    if metric is not None:
        metric_called(metric, "--metric")
    parsed = tuple(parse_guard(text) for text in several("guards", guards))
    settings = settings_of(config)
    if settings is not None and unit is not None and unit != settings.unit:
        raise BadValue(f"--unit {unit}: the test of {config} is by {settings.unit}")
    given = checked_shares(shares) if shares else settings.shares() if settings else None
    kind: Unit = unit or (settings.unit if settings else "task")
    if settled and kind != "hour":
        raise BadValue(f"--settled is for a test by hour, not by {kind}")
    if control is None and given is not None and "control" not in given:
        control = next(iter(given))
    asked = Asked(
        unit=kind,
        experiment=settings.name if test is None and settings is not None else test,
        control=control,
        by=several("by", by),
        delay_usd_per_hour=delay_usd_per_hour,
        audit_usd=audit_usd,
        warm_up=warm_up,
    )
    question = Question(
        unit=kind,
        metric=metric,
        guards=parsed,
        least=effect,
        shares=given,
        settings=settings,
        planned=planned,
        level=level,
        once=once,
        settled=settled,
        adjusted=cuped,
        aa=aa,
    )
    return read_test(read_arm_log(place, asked, tell), question, str(log), tell)
