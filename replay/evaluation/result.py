"""From sums to an `Evaluation`: estimates with intervals, the verdict, and figures for a page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from replay.checks.precision import precision
from replay.evaluation.estimates import for_gains, read_estimate
from replay.intervals.choose import default
from replay.intervals.widened import widened
from replay.numerics.log_histogram import edges
from replay.results.evaluation import (
    Comparison,
    Difference,
    Estimate,
    Evaluation,
    Point,
    SliceEstimate,
    Weights,
)
from replay.results.verdict import judge
from replay.stats.reward_scale import RewardScale
from replay.tables.values.times import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.aggregate.slices import Key
    from replay.aggregate.target_stats import TargetSums
    from replay.aggregate.two_pass import LogSums
    from replay.intervals.evidence import IntervalRule
    from replay.results.judgement import Judgement
    from replay.results.summary import Summary
    from replay.stats.weight_stats import Diagnostics


def answer(
    summary: Summary,
    target: str,
    level: float,
    rule: IntervalRule = default,
    *,
    joint: float | None = None,
    joint_slices: float | None = None,
    slices: dict[Key, TargetSums] | None = None,
) -> Evaluation:
    """Answer one target.

    Parameters
    ----------
    summary
        Sums of the log under it.
    target
        As it was asked for.
    level, rule
        Of the intervals.
    joint, joint_slices
        Levels of the default estimator's intervals, where those of several targets, or of several
        slices, are to hold together; else `level`.
    slices
        Sums of the default estimator in each slice.
    """
    sums, scale = summary.sums, _scale(summary)
    diagnostics = sums.diagnostics()
    judgement = summary.blocked or _judge(summary, target, diagnostics)
    wider = widened(rule, diagnostics.variance_factor)
    together = level if joint is None else joint
    *others, main = sums.estimators
    clustered = diagnostics.effective_clusters is not None
    estimates = (
        *(
            read_estimate(estimator, scale, level, wider, clustered=clustered)
            for estimator in others
        ),
        read_estimate(main, scale, together, wider, clustered=clustered),
    )
    refused = judgement.refused
    gained = None
    if sums.gain is not None and not refused:
        factor = diagnostics.variance_factor
        gained = read_estimate(
            sums.gain, scale.of_differences(), level, widened(for_gains(rule), factor)
        )
    return Evaluation(
        rows=sums.weights.rows,
        unit=summary.unit,
        logging=read_estimate(sums.logging, scale, level, default, "mean of the log"),
        target=target,
        estimates=() if refused else estimates,
        diagnostics=diagnostics,
        judgement=judgement,
        default=main.name,
        withheld=estimates if refused else (),
        gain=gained,
        overlap=tuple(sums.actions.overlap(summary.actions)),
        weights=_histogram(sums),
        curve=() if refused else _curve(summary),
        slices=tuple(
            _slice(key, its_sums, summary, target, joint_slices or level, rule)
            for key, its_sums in sorted((slices or {}).items())
        ),
        notes=summary.notes,
        counts=summary.counts,
        unusable=summary.unusable,
        money=summary.money,
        estimand=summary.estimand,
        reward=summary.reward,
    )


def compared(
    evaluations: Sequence[Evaluation],
    log_sums: LogSums,
    level: float,
    rule: IntervalRule,
    scale: RewardScale | None = None,
    *,
    apart: bool = False,
) -> Comparison:
    """Put evaluations together with how each differs from the first.

    Differences are of their sums, at `level`; or, where a rule has no interval of those, as far
    `apart` as the ends of two intervals are that hold together.
    """
    first, differences = evaluations[0], []
    differences_scale = (scale or RewardScale()).of_differences()
    for at, sums in log_sums.differences.items():
        evaluation, estimate = evaluations[at], None
        if not (evaluation.refused or first.refused):
            if apart:
                estimate = _apart(evaluation, first)
            else:
                factors = (each.diagnostics.variance_factor or 1.0 for each in (evaluation, first))
                wider = widened(for_gains(rule), max(factors))
                estimate = read_estimate(sums, differences_scale, level, wider, "difference")
        differences.append(Difference(evaluation.target, first.target, estimate))
    return Comparison(tuple(evaluations), tuple(differences))


def _apart(evaluation: Evaluation, other: Evaluation) -> Estimate | None:
    a, b = evaluation.estimate, other.estimate
    if a is None or b is None or a.value is None or b.value is None:
        return None
    low, high = a.low - b.high, a.high - b.low
    return replace(a, estimator="difference", value=a.value - b.value, low=low, high=high)


def _judge(summary: Summary, target: str, diagnostics: Diagnostics) -> Judgement:
    sums, actions = summary.sums, summary.actions
    return _judge_of(summary)(
        diagnostics,
        sums.weights.rows,
        target,
        summary.unit,
        overlap=sums.actions.overlap(actions),
        drift=sums.timeline.drift(),
        precision=precision(sums.logging, sums.estimators[-1], summary.scale),
    )


def _judge_of(summary: Summary) -> Callable[..., Judgement]:
    """Return `judge` with what was found of the whole log: it counts for its slices too."""
    actions = summary.sums.actions
    return partial(
        judge,
        mismatch=actions.mismatch(summary.actions),
        chances_known=actions.known,
        estimated=summary.estimated,
        order=summary.order,
        design=summary.design,
        imbalance=summary.imbalance,
        more=summary.checked,
    )


def _slice(
    key: Key, sums: TargetSums, summary: Summary, target: str, level: float, rule: IntervalRule
) -> SliceEstimate:
    diagnostics, rows, scale = sums.diagnostics(), sums.weights.rows, _scale(summary)
    judgement = _judge_of(summary)(
        diagnostics,
        rows,
        target,
        precision=precision(sums.logging, sums.estimators[-1], summary.scale),
    )
    factor, clustered = diagnostics.variance_factor, diagnostics.effective_clusters is not None
    estimate = gained = None
    if not judgement.refused:
        wider = widened(rule, factor)
        estimate = read_estimate(sums.estimators[-1], scale, level, wider, clustered=clustered)
        if sums.gain is not None:
            wider = widened(for_gains(rule), factor)
            gained = read_estimate(sums.gain, scale.of_differences(), level, wider)
    return SliceEstimate(*key, sums.weights.rows, estimate, gained, judgement)


def _scale(summary: Summary) -> RewardScale:
    """How rewards were measured; as they were logged, if nothing says otherwise."""
    return summary.scale or RewardScale(summary.kind, summary.kind)


def _curve(summary: Summary) -> tuple[Point, ...]:
    scale = _scale(summary)
    return tuple(
        Point(rows, scale.value(value), abs(scale.unit) * error, said(latest, summary.zone))
        for rows, value, error, latest in summary.sums.timeline.curve()
    )


def _histogram(sums: TargetSums) -> tuple[Weights, ...]:
    """Weights by doublings; those of 0 first."""
    histogram, low = sums.weights.histogram, edges()
    total = float(histogram.sums.sum())
    by_doubling: dict[float, list[float]] = {}
    for at in np.flatnonzero(histogram.counts):
        start = float(2.0 ** np.floor(np.log2(low[at]))) if at else 0.0
        rows_and_sum = by_doubling.setdefault(start, [0.0, 0.0])
        rows_and_sum[0] += float(histogram.counts[at])
        rows_and_sum[1] += float(histogram.sums[at])
    return tuple(
        Weights(start, 2 * start or float(low[1]), int(rows), summed / total if total else 0.0)
        for start, (rows, summed) in sorted(by_doubling.items())
    )
