"""The log of a test, task by task: arms, units, metrics and covariates.

Tasks are cut by when they came, never by "the verdict is there", and at the same time for all arms:
else arms that answer quickly would show more of their slow tasks (`replay.task_log.log_summary`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bandit.experiment.assign import HOUR_S
from replay.experiment.arms.unit_sums import MetricSums, summed
from replay.experiment.tasks.drawn_unit import DrawnUnit
from replay.experiment.tasks.forecast import ArmForecasts
from replay.experiment.tasks.survey import NO_ARM, arm_and_test, check, look, ordered
from replay.log_files.histories import OwnLog
from replay.log_files.log_path import log_path
from replay.task_log.components import Earned
from replay.task_log.traits import Traits
from replay.task_log.trajectory import trajectory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from bandit.experiment_settings import Unit
    from replay.experiment.arms.unit_sums import UnitSums
    from replay.experiment.tasks.forecast import Forecast
    from replay.experiment.tasks.survey import ArmAudits, Asked, Survey
    from replay.log_files.histories import History
    from replay.numerics.arrays import Floats, Ints
    from replay.task_log.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class ArmLog:
    """Finished tasks of a test, in the order they came; all arrays have one row a task.

    Attributes
    ----------
    experiment, arms
        Its name, and its arms with the control first.
    arm, unit, at
        Each task's arm and unit by number, and when it came.
    metrics
        By name; without gold in every arm those that gold corrects are missing.
    covariates, covariate_names
        What was known before the arms were drawn: shape (n, p).
    traits
        Values that tasks are sliced by.
    audits, brains, stuck
        By arm: its gold, the brain of most of its tasks (`shared`, `own`, or empty where the log
        doesn't say), and tasks that have no verdict though old enough.
    audit_usd
        What audits cost per task.
    forecasts
        What the control's log says of each other arm, off policy.
    pending, others
        Tasks too new to be used, and tasks of no arm.
    notes
        What is missing of the log.
    """

    experiment: str
    arms: tuple[str, ...]
    arm: Ints
    unit: Ints
    at: Floats
    keys: tuple[str, ...]
    metrics: dict[str, MetricSums]
    covariates: Floats
    covariate_names: tuple[str, ...]
    traits: list[tuple[str, ...]]
    by: tuple[str, ...]
    audits: dict[str, ArmAudits]
    brains: dict[str, str]
    stuck: dict[str, int]
    audit_usd: float
    forecasts: tuple[Forecast, ...]
    pending: int
    others: int
    notes: tuple[str, ...]

    def __len__(self) -> int:
        """How many tasks there are."""
        return len(self.arm)

    def units(self, tasks: NDArray[np.bool_] | None = None) -> UnitSums:
        """Sum the tasks, or some of them, by unit."""
        some = np.ones(len(self), dtype=bool) if tasks is None else tasks
        return summed(
            self.unit[some],
            self.arm[some],
            self.at[some],
            {name: sums.of(some) for name, sums in self.metrics.items()},
            self.covariates[some],
        )

    def unit_keys(self) -> list[str]:
        """Return the key of each unit, in the order of `units`."""
        _, first = np.unique(self.unit, return_index=True)
        return [self.keys[row] for row in np.sort(first)]


def read_arm_log(
    path: Path, asked: Asked, tell: Callable[[int], None] | None = None, *, needs_arms: bool = True
) -> ArmLog:
    """Read an embedded log or an archive; without `needs_arms`, tasks of no test are one arm.

    Raises
    ------
    InputError
        If the log can't be used, or it has no such test or arm.
    CannotAnswer
        If no task is old enough to be certain to have its verdict.
    """
    path = log_path(path)
    with OwnLog(path, tell) as log:
        return arm_log_of(log, asked, needs_arms=needs_arms)


def arm_log_of(log: OwnLog, asked: Asked, *, needs_arms: bool = True) -> ArmLog:
    """Read a log that is open; raises as `read_arm_log` does."""
    pending = log.pending()
    cut = log.end - log.longest_s() if pending else float("inf")
    traits = Traits(asked.by)
    seen = look(log, cut, asked, traits, needs_arms=needs_arms)
    check(log.path, seen, asked, needs_arms=needs_arms)
    traits.check()
    arms = ordered(log.path, seen, asked)
    return _read(log, cut, asked, seen, arms, traits, pending)


def _read(
    log: OwnLog,
    cut: float,
    asked: Asked,
    seen: Survey,
    arms: tuple[str, ...],
    traits: Traits,
    pending: int,
) -> ArmLog:
    names = seen.covariates.choose()
    needs_arms = arms != (NO_ARM,)
    number = {name: at for at, name in enumerate(arms)}
    forecasts = ArmForecasts(arms, sorted(seen.actions), asked.delay_usd_per_hour)
    drawn = DrawnUnit()
    codes: dict[tuple[str | int, int], int] = {}
    columns: list[tuple[int, int, float]] = []
    keys: list[str] = []
    values: list[list[float]] = []
    covariates: list[list[float]] = []
    sliced: list[tuple[str, ...]] = []
    for history, arm in _used(log, cut, asked, needs_arms=needs_arms):
        first = history.decisions[0]
        own = traits.of(first)
        task = trajectory(history, seen.arms[arm].gold_share, own, seen.recalibration)
        assert task is not None
        at = number[arm]
        key = _unit_of(asked.unit, history)
        unit = codes.setdefault((key, at), len(codes))
        columns.append((at, unit, history.at))
        keys.append(str(key))
        values.append(_values(task, asked))
        covariates.append(seen.covariates.row(first))
        sliced.append(own)
        drawn.receive(arm, first.project, history.at)
        if at == 0 and needs_arms:
            forecasts.receive(history, task, unit)
    if needs_arms:
        drawn.check(log.path, asked.unit)
    table = np.array(values)
    has_gold = all(seen.arms[arm].enough for arm in arms)
    return ArmLog(
        experiment=next(iter(seen.experiments)) if asked.experiment is None else asked.experiment,
        arms=arms,
        arm=np.array([row[0] for row in columns], dtype=np.int64),
        unit=np.array([row[1] for row in columns], dtype=np.int64),
        at=np.array([row[2] for row in columns]),
        keys=tuple(keys),
        metrics=_metrics(table, has_gold=has_gold),
        covariates=np.array(covariates, dtype=np.float64).reshape(len(columns), len(names)),
        covariate_names=names,
        traits=sliced,
        by=traits.by,
        audits={arm: seen.arms[arm] for arm in arms},
        brains={arm: seen.brains[arm].most_common(1)[0][0] for arm in arms},
        stuck=seen.stuck,
        audit_usd=float(table[:, -1].mean()),
        forecasts=forecasts.forecasts(has_gold=has_gold),
        pending=pending,
        others=seen.others,
        notes=log.notes(),
    )


def _used(
    log: OwnLog, cut: float, asked: Asked, *, needs_arms: bool
) -> Iterator[tuple[History, str]]:
    skipped = 0
    for history in log.histories():
        if history.at > cut:
            return
        names = arm_and_test(history, needs_arms=needs_arms)
        if names is None or not history.verdicts:
            continue
        if asked.experiment is not None and names[1] != asked.experiment:
            continue
        if skipped < asked.warm_up:
            skipped += 1
            continue
        yield history, names[0]


def _unit_of(unit: Unit, history: History) -> str | int:
    if unit == "hour":
        return int(history.at // HOUR_S)
    return history.task if unit == "task" else history.decisions[0].project


def _values(task: Trajectory, asked: Asked) -> list[float]:
    """Return a task's metrics: with gold, without it, and the variance of what gold corrects."""
    earned = Earned(*np.array([step.earned for step in task.steps]).sum(axis=0))
    proxy = earned.agreement + earned.recalibration
    audit_usd = (asked.audit_usd or 0.0) if task.audit_usd is None else task.audit_usd
    proxy_usd = earned.agreement_usd + earned.recalibration_usd - earned.usd - audit_usd
    proxy_usd -= asked.delay_usd_per_hour / 3600 * earned.delay_s
    return [
        earned.agreement,
        earned.usd,
        earned.delay_s,
        proxy + earned.correction,
        proxy,
        task.doubt,
        proxy_usd + earned.correction_usd,
        proxy_usd,
        task.doubt * task.worth_usd**2,
        audit_usd,
    ]


def _metrics(table: Floats, *, has_gold: bool) -> dict[str, MetricSums]:
    metrics = {
        name: MetricSums(table[:, column])
        for column, name in enumerate(("agreement", "usd", "delay_s"))
    }
    if has_gold:
        for first, name in ((3, "accuracy"), (6, "net_usd")):
            metrics[name] = MetricSums(*(table[:, first + part] for part in range(3)))
    return metrics
