"""From the log of a test to what it shows: differences, whether to trust them, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.experiment.assign import HOUR_S, arm_of
from replay.experiment.arms.carry_over import arm_of_hours, settled
from replay.experiment.arms.false_alarms import false_alarms
from replay.experiment.arms.metrics import METRICS, cut_note, metric_called, possible
from replay.experiment.arms.sample_ratio import sample_ratio
from replay.experiment.arms.share_change import share_change
from replay.experiment.reading.breakdown import carried_over, curve, slices
from replay.experiment.reading.question import Reader, amount_of, shares_of
from replay.experiment.reading.recommend import Evidence, recommend
from replay.experiment.reading.results import (
    ArmDifference,
    ArmSummary,
    ExperimentReport,
    GuardResult,
)
from replay.experiment.tasks.forecast import MeanOf, scored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bandit.experiment_settings import ExperimentSettings
    from replay.experiment.arms.difference import Effect
    from replay.experiment.reading.question import Question
    from replay.experiment.tasks.arm_log import ArmLog
    from replay.numerics.arrays import Ints


def read_test(
    log: ArmLog,
    question: Question,
    source: str = "",
    tell: Callable[[int], None] | None = None,
) -> ExperimentReport:
    """Answer a question about a test.

    Raises
    ------
    BadValue
        If the declared shares are not those of the log's arms.
    """
    shares = shares_of(log, question)
    metric = question.metric or ("net_usd" if "net_usd" in log.metrics else "usd")
    metric_called(metric, "--metric")
    units = log.units()
    used = settled(units) if question.settled else units
    reader = Reader(log, question, units, used, metric, shares)
    effects = {
        name: {each: reader.effect(each, pair) for each in METRICS if each in log.metrics}
        for name, pair in reader.pairs
    }
    carried = (
        tuple(carried_over(reader)) if question.unit == "hour" and not question.settled else ()
    )
    is_declared = question.shares is not None or question.settings is not None
    ratio = sample_ratio(_drawn(reader), dict(shares)) if is_declared else None
    changed = share_change(_drawn(reader), list(shares))
    misassigned = _misassigned(log, question.settings)
    evidence = [
        Evidence(
            arm=name,
            control=log.arms[0],
            metric=metric,
            effects=effects[name],
            guards=question.guards,
            ratio=ratio,
            least=question.least,
            carried=[each.metric for each in carried if each.arm == name and each.found],
            tasks=float(units.tasks.mean()),
            misassigned=(misassigned or 0) / len(log),
            changed=changed,
        )
        for name, _ in reader.pairs
    ]
    alarms = None
    if question.aa:
        keys, looks = log.unit_keys(), reader.looks((0, 1))
        alarms = false_alarms(
            units, keys, metric, looks, question.aa, tell, control=reader.control_share((0, 1))
        )
    return ExperimentReport(
        log=source,
        experiment=log.experiment,
        unit=question.unit,
        metric=metric,
        begin_at=float(log.at[0]),
        end_at=float(log.at[-1]),
        control=log.arms[0],
        level=question.level,
        best_at=reader.looks((0, 1)).best_at,
        once=question.once,
        settled=question.settled,
        recommendations=tuple(recommend(each) for each in evidence),
        arms=tuple(_summary(reader, number) for number in range(len(log.arms))),
        sample_ratio=ratio,
        share_change=changed,
        misassigned=misassigned,
        differences=tuple(
            _difference(name, each, effect)
            for name, of in effects.items()
            for each, effect in of.items()
        ),
        guards=tuple(
            GuardResult(
                arm=each.arm, guard=str(guard), state=guard.state(each.amount(guard.metric))
            )
            for each in evidence
            for guard in question.guards
        ),
        carry_over=carried,
        curve=tuple(curve(reader)) if metric in log.metrics else (),
        slices=tuple(slices(reader)) if metric in log.metrics else (),
        forecasts=tuple(
            scored(forecast, each, MeanOf(effect.arm, effect.arm_error))
            for forecast in log.forecasts
            for each, effect in effects[forecast.arm].items()
            if effect is not None and each in forecast.means
        ),
        forecasts_refused={each.arm: each.refused for each in log.forecasts if each.refused},
        false_alarms=alarms,
        covariates=log.covariate_names if question.adjusted else (),
        pending=log.pending,
        others=log.others,
        notes=(*log.notes, *_cut(log.arms[0], effects)),
    )


def _cut(control: str, effects: Mapping[str, Mapping[str, Effect | None]]) -> Iterator[str]:
    """Say which means are cut to what they can be."""
    notes = [
        cut_note(metric, arm, mean)
        for name, of in effects.items()
        for metric, effect in of.items()
        if effect is not None
        for arm, mean in ((control, effect.control), (name, effect.arm))
    ]
    yield from (note for note in dict.fromkeys(notes) if note is not None)


def _drawn(reader: Reader) -> Ints:
    """Return the arm of every unit as it was drawn, in the order of the shares."""
    arms = reader.units.arm
    if reader.question.unit == "hour":
        arms = np.array(list(arm_of_hours(reader.units).values()), dtype=np.int64)
    order = list(reader.shares)
    number = np.array([order.index(name) for name in reader.log.arms])
    drawn: Ints = number[arms]
    return drawn


def _misassigned(log: ArmLog, settings: ExperimentSettings | None) -> int | None:
    """Count tasks of another arm than the settings draw; a task may be decided after its hour."""
    if settings is None:
        return None
    wrong = 0
    for key, at, arm in zip(log.keys, log.at.tolist(), log.arm.tolist(), strict=True):
        places = (at, at - HOUR_S) if settings.unit == "hour" else (at,)
        wrong += log.arms[arm] not in {arm_of(settings, key, key, place) for place in places}
    return wrong


def _summary(reader: Reader, number: int) -> ArmSummary:
    log, name = reader.log, reader.log.arms[number]
    return ArmSummary(
        arm=name,
        units=int((reader.units.arm == number).sum()),
        tasks=int((log.arm == number).sum()),
        stuck=log.stuck.get(name, 0),
        audits=log.audits[name].drawn,
        gold=log.audits[name].gold,
        brain=log.brains[name],
    )


def _difference(arm: str, metric: str, effect: Effect | None) -> ArmDifference:
    return ArmDifference(
        arm=arm,
        metric=metric,
        control_mean=None if effect is None else possible(metric, effect.control),
        arm_mean=None if effect is None else possible(metric, effect.arm),
        difference=amount_of(effect),
        error=None if effect is None else effect.error,
        shortened=None if effect is None else effect.shortened,
    )
