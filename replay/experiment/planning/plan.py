"""How many tasks, days and dollars of gold a test takes, from the variance in a log.

With σ² the variance of a unit (after CUPED, `pilot_variance.py`), shares p_C and p_T, θ the effect
in standard errors that has the wished power (`power.py`), the units of all arms together are

    n = θ² σ² (1/p_C + 1/p_T) / effect²

for an effect to be found as well as for "not worse by δ", where δ is the effect and arms are alike:
the whole interval must keep the limit. Both arms are taken to have the log's variance. σ² of what
gold corrects is V + (W − V)/k with k times as many audits, W being that of the log and V that
without the corrections. Few units have Student's quantile instead of the normal one.

Source: Cohen (1988), Statistical Power Analysis, section 2.4; for not worse, Wellek (2010), Testing
Statistical Hypotheses of Equivalence and Noninferiority, chapter 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

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
    from replay.experiment.tasks.arm_log import ArmLog

DAY_S = 86_400.0
MORE_AUDITS = (1, 2, 5)
"""Times as many audits as in the log: gold is paid for, days are waited for."""

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
            f"{len(units)} {design.unit}s in the log, at least {2 * LEAST_UNITS} are needed"
            " to know their variance"
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
            variance = variances[goal.metric].with_audits(times)
            count = _units(variance, goal.effect, design)
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
                    units_once=_units(variance, goal.effect, design, once=True),
                    median_stop=needed_drift(design.power, design.pair_level).median_stop,
                )
            )
    detectable = [
        Detectable(
            metric=name,
            days=float(shown),
            effect=_effect(variance.planned, shown * per_day, design),
        )
        for name, variance in variances.items()
        for shown in SHOWN_DAYS
        if per_day is not None and shown * per_day >= 2 * LEAST_UNITS
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


def _units(variance: float, effect: float, design: Design, *, once: bool = False) -> int:
    """Units of all arms together for an effect."""
    errors = needed_drift(design.power, design.pair_level, once=once).errors
    count = errors**2 * variance * design.spread / effect**2
    level = design.pair_level
    widened = quantile(max(count - 2.0, 2.0), level) / quantile(None, level)
    return max(math.ceil(count * widened**2), 2 * LEAST_UNITS)


def _effect(variance: float, units: float, design: Design) -> float:
    errors = needed_drift(design.power, design.pair_level).errors
    return errors * math.sqrt(variance * design.spread / units)
