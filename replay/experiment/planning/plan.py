"""How many tasks, days and dollars of gold a test takes, from the variance in a log.

With σ² the variance of a unit (after CUPED, `pilot_variance.py`), shares p_C and p_T, θ the effect
in standard errors that has the wished power (`power.py`), the units of all arms together are

    n = θ² σ² (1/p_C + 1/p_T) / effect²

for an effect to be found as well as for "not worse by δ", where δ is the effect and arms are alike:
the whole interval must keep the limit. Both arms are taken to have the log's variance. σ² of what
gold corrects is V + (W − V)/k with k times as many audits, W being that of the log and V that
without the corrections. As in the intervals that are read, Student's quantile stands instead of
the normal one, with the degrees of freedom that n units of this kurtosis have.

Source: Cohen (1988), Statistical Power Analysis, section 2.4; for not worse, Wellek (2010), Testing
Statistical Hypotheses of Equivalence and Noninferiority, chapter 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bandit.counted import counted
from bandit.errors import CannotAnswer
from replay.experiment.arms.difference import LEAST_UNITS
from replay.experiment.arms.metrics import METRICS, cut_note, possible
from replay.experiment.planning.pilot_variance import pilot_variance
from replay.experiment.planning.power import needed_drift
from replay.experiment.planning.results import (
    Detectable,
    MetricVariance,
    PlannedTest,
    PlanReport,
)
from replay.intervals.student import quantile

if TYPE_CHECKING:
    from replay.experiment.arms.false_alarms import FalseAlarms
    from replay.experiment.planning.goals import Design, Goal
    from replay.experiment.planning.pilot_variance import PilotVariance
    from replay.experiment.tasks.arm_log import ArmLog

DAY_S = 86_400.0
MORE_AUDITS = (1, 2, 5)
"""Times as many audits as in the log: gold is paid for, days are waited for."""

MOST_UNITS = 1e12

ROUNDS = 30
"""Rounds in which the size and its degrees of freedom settle; each halves what is missing."""

SHOWN_DAYS = (1, 7, 28)
"""Days for which it is said what could be found."""


def plan_test(
    log: ArmLog,
    goals: tuple[Goal, ...],
    design: Design,
    source: str = "",
    alarms: FalseAlarms | None = None,
) -> PlanReport:
    """Plan a test from a log whose tasks are of one arm.

    Raises
    ------
    CannotAnswer
        If the log has too few units, or a goal is of accuracy and too few audits have gold.
    """
    units = log.units()
    if len(units) < 2 * LEAST_UNITS:
        raise CannotAnswer(
            f"{counted(len(units), design.unit)} in the log, at least {2 * LEAST_UNITS} are"
            " needed to know their variance"
        )
    variances = {name: pilot_variance(units, name) for name in METRICS if name in log.metrics}
    days = float(log.at[-1] - log.at[0]) / DAY_S
    per_day = len(units) / days if days >= 1 / 24 else None
    audits = next(iter(log.audits.values()))
    per_unit = len(log) / len(units)
    plans = []
    for goal in goals:
        if goal.metric not in variances:
            raise CannotAnswer(
                f"{METRICS[goal.metric].words} can't be planned: {audits.gold} audits with gold,"
                " at least 10 are needed"
            )
        share = audits.drawn / len(log)
        for times in MORE_AUDITS if METRICS[goal.metric].audited else (1,):
            if times * share > 1:
                continue
            size = Size(variances[goal.metric], goal, design, times)
            count = size.units()
            plans.append(
                PlannedTest(
                    goal=goal.kind,
                    metric=goal.metric,
                    effect=goal.effect,
                    audits=times,
                    units=count,
                    tasks=math.ceil(count * per_unit),
                    days=None if per_day is None else count / per_day,
                    usd_gold=times * count * per_unit * log.audit_usd if audits.drawn else None,
                    units_once=size.units(once=True),
                    median_stop=needed_drift(design.power, design.pair_level).median_stop,
                )
            )
    detectable = [
        Detectable(
            metric=name,
            days=float(shown),
            effect=_effect(variance, shown * per_day, design),
        )
        for name, variance in variances.items()
        for shown in SHOWN_DAYS
        if per_day is not None and shown * per_day >= 2 * LEAST_UNITS and variance.planned > 0
    ]
    cut = [cut_note(name, "the log", each.mean) for name, each in variances.items()]
    return PlanReport(
        log=source,
        unit=design.unit,
        power=design.power,
        level=design.level,
        shares=dict(design.shares),
        tasks=len(log),
        units=len(units),
        days=days,
        audits=audits.drawn,
        variances=tuple(
            MetricVariance(
                metric=name,
                mean=possible(name, each.mean),
                deviation=math.sqrt(each.plain),
                deviation_adjusted=math.sqrt(each.adjusted),
                shortened=1 - math.sqrt(each.adjusted / each.plain) if each.plain > 0 else 0.0,
                is_rough=each.is_rough,
            )
            for name, each in variances.items()
        ),
        plans=tuple(plans),
        detectable=tuple(detectable),
        unknown=tuple(name for name in METRICS if name not in variances),
        covariates=log.covariate_names,
        false_alarms=alarms,
        notes=(*log.notes, *filter(None, cut)),
    )


class Size(NamedTuple):
    """The size of a test for a goal, with `times` as many audits as in the log."""

    variance: PilotVariance
    goal: Goal
    design: Design
    times: int

    def units(self, *, once: bool = False) -> int:
        """Units of all arms together.

        Raises
        ------
        CannotAnswer
            If the metric doesn't vary in the log, or there are more than `MOST_UNITS`.
        """
        goal, design, unit = self.goal, self.design, self.design.unit
        words = METRICS[goal.metric].words
        variance = self.variance.with_audits(self.times)
        if variance <= 0:
            raise CannotAnswer(
                f"{words} can't be planned: it is the same in every {unit} of the log, so nothing"
                " says how much it would vary in a test"
            )
        errors = needed_drift(design.power, design.pair_level, once=once).errors
        root = errors * math.sqrt(variance * design.spread) / goal.effect
        least = units = root * root
        if least > MOST_UNITS:
            raise CannotAnswer(
                f"{words}: to find {goal.effect:g} takes more than {MOST_UNITS:.0e} {unit}s; name a"
                " larger effect"
            )
        for _ in range(ROUNDS):
            widened = _widened(self.variance.freedom * self.times, units, design)
            units = math.sqrt(units * least * widened**2)
        return max(math.ceil(units), 2 * LEAST_UNITS)


def _effect(variance: PilotVariance, units: float, design: Design) -> float:
    errors = needed_drift(design.power, design.pair_level).errors
    widened = _widened(variance.freedom, units, design)
    return errors * widened * math.sqrt(variance.planned * design.spread / units)


def _widened(freedom: float, units: float, design: Design) -> float:
    """Student's quantile over the normal one, for units with so many degrees of freedom each."""
    level = design.pair_level
    known = max(min(freedom * units * design.balance, units - 2.0), 2.0)
    return quantile(known, level) / quantile(None, level)
