"""From sums to an answer: estimates with intervals, the verdict, and what a page shows of them."""

from __future__ import annotations

from dataclasses import replace
from math import isinf
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.answer import (
    Comparison,
    Difference,
    Estimate,
    Evaluation,
    Point,
    Slice,
    Weights,
)
from replay.intervals.choose import default
from replay.intervals.interval import widest
from replay.intervals.widened import widened
from replay.ladder import edges
from replay.precision import precision
from replay.reward_scale import RewardScale
from replay.tables.times import said
from replay.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.fold import Fold, Sums
    from replay.intervals.evidence import Evidence, Rule
    from replay.intervals.interval import Interval
    from replay.passes import Folded
    from replay.slices import Key
    from replay.verdict import Verdict


def answer(
    fold: Fold,
    target: str,
    level: float,
    rule: Rule = default,
    *,
    joint: float | None = None,
    joint_slices: float | None = None,
    slices: dict[Key, Sums] | None = None,
) -> Evaluation:
    """Answer one target.

    Parameters
    ----------
    fold
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
    sums, scale = fold.sums, _scale(fold)
    found = sums.diagnostics()
    verdict = fold.blocked or _judge(fold, target)
    wider = widened(rule, found.variance_factor)
    together = level if joint is None else joint
    *others, main = sums.estimators
    clustered = found.effective_clusters is not None
    estimates = (
        *(_estimate(one, scale, level, wider, clustered=clustered) for one in others),
        _estimate(main, scale, together, wider, clustered=clustered),
    )
    refused = verdict.refused
    gained = None
    if sums.gain is not None and not refused:
        gained = _estimate(sums.gain, scale.of_differences(), level, _for_gains(wider))
    return Evaluation(
        rows=sums.weights.rows,
        unit=fold.unit,
        logging=_estimate(sums.logging, scale, level, default, "mean of the log"),
        target=target,
        estimates=() if refused else estimates,
        diagnostics=found,
        verdict=verdict.text,
        default=main.name,
        withheld=estimates if refused else (),
        gain=gained,
        findings=verdict.findings,
        overlap=tuple(sums.actions.overlap(fold.actions)),
        weights=_histogram(sums),
        curve=() if refused else _curve(fold),
        slices=tuple(
            _slice(key, one, fold, target, joint_slices or level, rule)
            for key, one in sorted((slices or {}).items())
        ),
        notes=fold.notes,
        counts=fold.counts,
        unusable=fold.unusable,
        money=fold.money,
        estimand=fold.estimand,
    )


def _for_gains(rule: Rule) -> Rule:
    """Return a rule for what can be below 0: the default one, where a rule is for rewards alone."""

    def made(evidence: Evidence | None, kind: str, level: float) -> Interval:
        found = rule(evidence, kind, level)
        nothing = isinf(found.low) and isinf(found.high)
        return default(evidence, kind, level) if nothing else found

    return made


def difference_of(
    sums: Any, level: float, rule: Rule, scale: RewardScale | None = None
) -> Estimate:
    """Estimate of what one target earns more than another, from the sums of the difference.

    `scale` is how rewards were measured, if they were.
    """
    scale = (scale or RewardScale()).of_differences()
    return _estimate(sums, scale, level, _for_gains(rule), "difference")


def compared(
    found: Sequence[Evaluation],
    folded: Folded,
    level: float,
    rule: Rule,
    scale: RewardScale | None = None,
    *,
    apart: bool = False,
) -> Comparison:
    """Put evaluations together with how each differs from the first.

    Differences are of their sums, at `level`; or, where a rule has no interval of those, as far
    `apart` as the ends of two intervals are that hold together.
    """
    first, differences = found[0], []
    for at, sums in folded.differences.items():
        one, estimate = found[at], None
        if not (one.refused or first.refused):
            factors = (each.diagnostics.variance_factor or 1.0 for each in (one, first))
            wider = widened(rule, max(factors))
            estimate = _apart(one, first) if apart else difference_of(sums, level, wider, scale)
        differences.append(Difference(one.target, first.target, estimate))
    return Comparison(tuple(found), tuple(differences))


def _apart(one: Evaluation, other: Evaluation) -> Estimate | None:
    a, b = one.estimate, other.estimate
    if a is None or b is None or a.value is None or b.value is None:
        return None
    low, high = a.low - b.high, a.high - b.low
    return replace(a, estimator="difference", value=a.value - b.value, low=low, high=high)


def _judge(fold: Fold, target: str) -> Verdict:
    sums, actions = fold.sums, fold.actions
    return judge(
        sums.diagnostics(),
        sums.weights.rows,
        target,
        fold.unit,
        mismatch=sums.actions.mismatch(actions),
        chances_known=sums.actions.known,
        overlap=sums.actions.overlap(actions),
        drift=sums.timeline.drift(),
        precision=precision(sums, fold.scale),
        estimated=fold.estimated,
        order=fold.order,
        design=fold.design,
        imbalance=fold.imbalance,
        more=fold.checked,
    )


def _slice(key: Key, sums: Sums, fold: Fold, target: str, level: float, rule: Rule) -> Slice:
    found, rows, scale = sums.diagnostics(), sums.weights.rows, _scale(fold)
    verdict = judge(
        found,
        rows,
        target,
        estimated=fold.estimated,
        order=fold.order,
        precision=precision(sums, fold.scale),
        imbalance=fold.imbalance,
        chances_known=sums.actions.known,
    )
    estimate = gained = None
    rule = widened(rule, found.variance_factor)
    if not verdict.refused:
        estimate = _estimate(sums.estimators[-1], scale, level, rule)
        if sums.gain is not None:
            gained = _estimate(sums.gain, scale.of_differences(), level, _for_gains(rule))
    return Slice(*key, sums.weights.rows, estimate, gained, verdict.text)


def _estimate(
    estimator: Any,
    scale: RewardScale,
    level: float,
    rule: Rule,
    name: str | None = None,
    *,
    clustered: bool = False,
) -> Estimate:
    """Read an estimate off sums, in the rewards' own units."""
    value = estimator.value()
    if getattr(estimator, "as_logged", False):
        low, high, made_by = estimator.interval(scale.logged_kind, level, rule)
    else:
        low, high, made_by = scale.interval(estimator.interval(scale.kind, level, rule))
        value = None if value is None else scale.value(value)
    if clustered and not _knows_clusters(estimator):
        low, high, made_by = widest(scale.logged_kind, "none for clustered rows")
    setting = estimator.setting() if hasattr(estimator, "setting") else ""
    return Estimate(
        name or estimator.name,
        None if value is None else float(value),
        float(low),
        float(high),
        level,
        made_by,
        setting,
    )


def _scale(fold: Fold) -> RewardScale:
    """How rewards were measured; as they were logged, if nothing says otherwise."""
    return fold.scale or RewardScale(fold.kind, fold.kind)


def _knows_clusters(estimator: Any) -> bool:
    """Whether an estimator's interval takes clusters into account."""
    evidence = estimator.evidence() if hasattr(estimator, "evidence") else None
    return evidence is not None and evidence.cluster_freedom is not None


def _curve(fold: Fold) -> tuple[Point, ...]:
    scale = _scale(fold)
    return tuple(
        Point(rows, scale.value(value), abs(scale.unit) * error, said(latest, fold.zone))
        for rows, value, error, latest in fold.sums.timeline.curve()
    )


def _histogram(sums: Sums) -> tuple[Weights, ...]:
    """Weights by doublings; those of 0 first."""
    ladder, low = sums.weights.ladder, edges()
    total = float(ladder.sums.sum())
    by_doubling: dict[float, list[float]] = {}
    for at in np.flatnonzero(ladder.counts):
        start = float(2.0 ** np.floor(np.log2(low[at]))) if at else 0.0
        rows_and_sum = by_doubling.setdefault(start, [0.0, 0.0])
        rows_and_sum[0] += float(ladder.counts[at])
        rows_and_sum[1] += float(ladder.sums[at])
    return tuple(
        Weights(start, 2 * start or float(low[1]), int(rows), summed / total if total else 0.0)
        for start, (rows, summed) in sorted(by_doubling.items())
    )
