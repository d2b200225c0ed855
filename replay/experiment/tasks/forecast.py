"""Off-policy forecast of each arm from the control's log, to be scored against the test itself.

Every decision of the control has the chances that each other arm would have given to the same
options, so the value of an arm is estimated on the control's tasks alone, doubly robust as in
`replay.task_log.weighed_task`. The test then measured the arm on other tasks: with standard errors
s and s', forecast and measurement differ by more than 1.96 √(s² + s'²) in 5 of 100 forecasts if the
evaluator is right and tasks don't interfere. A forecast is of each task decided alone by the arm,
by what had been learned then.

Source: Jiang and Li (2016), ICML, equation 10.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bandit.counted import counted
from replay.checks.check_result import Grade
from replay.checks.weights import on_mean_weight, on_worth
from replay.experiment.arms.metrics import METRICS, SHARES
from replay.numerics.amount import Amount
from replay.stats.weight_stats import WeightSums
from replay.task_log.components import combinations, prices
from replay.task_log.fitted_q import Tabular
from replay.task_log.ledger import scored_tasks
from replay.task_log.weighed_task import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.log_files.histories import History
    from replay.numerics.arrays import Floats
    from replay.task_log.trajectory import Trajectory
    from replay.task_log.weighed_task import WeighedTask

Z = 1.96


class MeanOf(NamedTuple):
    """A mean per task and its standard error."""

    value: float
    error: float


class Forecast(NamedTuple):
    """What the control's log says of an arm: means by metric, or why it can't say."""

    arm: str
    effective: float
    means: dict[str, MeanOf]
    refused: str = ""


class ForecastScore(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast of an arm's mean beside what the test measured; `held` if they agree at 95 %.

    `effective` is the effective sample size of the control's tasks about the arm.
    """

    arm: str
    metric: str
    effective: float
    forecast: Amount
    measured: Amount
    z: float
    held: bool


class ArmForecasts:
    """Forecasts of all arms but the first, from tasks of the first in the order they came."""

    def __init__(
        self, arms: Sequence[str], actions: Sequence[str], delay_usd_per_hour: float
    ) -> None:
        self._price = prices(delay_usd_per_hour)
        self._weights = combinations(self._price)
        self._models = {arm: Tabular(actions) for arm in arms[1:]}
        self._weighed: dict[str, list[WeighedTask]] = {arm: [] for arm in arms[1:]}
        self._unsupported: dict[str, int] = dict.fromkeys(arms[1:], 0)
        self._units: list[int] = []
        self._audit_usd: list[float] = []

    def receive(self, history: History, task: Trajectory, unit: int) -> None:
        """Add a task of the control."""
        decisions = history.decisions
        if any(not d.arm_pmfs.keys() >= self._models.keys() for d in decisions):
            return
        self._units.append(unit)
        self._audit_usd.append(task.audit_usd or 0.0)
        for arm, model in self._models.items():
            pmfs = [dict(zip(d.pmf, d.arm_pmfs[arm], strict=True)) for d in decisions]
            if any(
                chance > 0 and not d.pmf[name]
                for d, pmf in zip(decisions, pmfs, strict=True)
                for name, chance in pmf.items()
            ):
                self._unsupported[arm] += 1
                continue
            weighed = weigh(task, pmfs, model)
            self._unsupported[arm] += weighed.unsupported
            self._weighed[arm].append(weighed)
            model.learn(task, pmfs)

    def forecasts(self, *, has_gold: bool) -> tuple[Forecast, ...]:
        """Return the forecasts; without gold, of what gold doesn't correct."""
        return tuple(self._forecast(arm, has_gold=has_gold) for arm in self._models)

    def _forecast(self, arm: str, *, has_gold: bool) -> Forecast:
        weighed = self._weighed[arm]
        if self._unsupported[arm]:
            count = counted(self._unsupported[arm], "task")
            return Forecast(arm, 0.0, {}, f"it may do what the control never does, in {count}")
        if len(weighed) < 2:
            return Forecast(arm, 0.0, {}, "the log has no chances of other arms")
        diagnostics = WeightSums().receive(scored_tasks(weighed, self._price)).diagnostics()
        checks = (
            on_worth(diagnostics, len(weighed), arm, "task"),
            *on_mean_weight(diagnostics),
        )
        broken = [check.text for check in checks if check.verdict == Grade.BROKEN]
        effective = diagnostics.pess or 0.0
        if broken:
            return Forecast(arm, effective, {}, broken[0].partition(" (at least")[0])
        scores = np.column_stack([np.array([task.scores for task in weighed]), self._audit_usd])
        means = {
            metric.name: self._mean(scores @ self._weights[metric.name])
            for metric in METRICS.values()
            if has_gold or not metric.audited
        }
        return Forecast(arm, effective, means)

    def _mean(self, values: Floats) -> MeanOf:
        """Mean over tasks, with a standard error by units."""
        value = float(values.mean())
        away = np.bincount(self._units, weights=values - value)
        units = len(set(self._units))
        spread = float(away @ away) * units / max(units - 1, 1)
        return MeanOf(value, math.sqrt(spread) / len(values))


def scored(forecast: Forecast, metric: str, measured: MeanOf) -> ForecastScore:
    """Hold a forecast against what was measured.

    Examples
    --------
    >>> cheap = Forecast("cheap", 400.0, {"usd": MeanOf(0.10, 0.01)})
    >>> score = scored(cheap, "usd", MeanOf(0.12, 0.005))
    >>> round(score.z, 2), score.held
    (-1.79, True)
    """
    expected = forecast.means[metric]
    error = math.hypot(expected.error, measured.error)
    z = (expected.value - measured.value) / error if error > 0 else 0.0
    return ForecastScore(
        arm=forecast.arm,
        metric=metric,
        effective=forecast.effective,
        forecast=_interval(metric, expected),
        measured=_interval(metric, measured),
        z=z,
        held=abs(z) <= Z,
    )


def _interval(metric: str, mean: MeanOf) -> Amount:
    half = Z * mean.error
    amount = Amount(mean.value, mean.value - half, mean.value + half)
    return amount.share() if metric in SHARES else amount
