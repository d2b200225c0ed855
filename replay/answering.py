"""From sums to an answer: estimates with intervals, the verdict, and what a page shows of them."""

from __future__ import annotations

from dataclasses import replace
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
from replay.ladder import edges
from replay.tables.times import said
from replay.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.fold import Fold, Sums
    from replay.intervals.evidence import Rule
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
    sums, kind = fold.sums, fold.kind
    found = sums.weights.diagnostics()
    verdict = fold.blocked or _judge(fold, target)
    together = level if joint is None else joint
    *others, main = sums.estimators
    estimates = (
        *(_estimate(one, kind, level, rule) for one in others),
        _estimate(main, kind, together, rule),
    )
    refused = verdict.refused
    gained = None if sums.gain is None or refused else _estimate(sums.gain, "real", level, rule)
    return Evaluation(
        rows=sums.weights.rows,
        unit=fold.unit,
        logging=_estimate(sums.logging, kind, level, default, "mean of the log"),
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


def difference_of(sums: Any, level: float, rule: Rule) -> Estimate:
    """Estimate of what one target earns more than another, from the sums of the difference."""
    return _estimate(sums, "real", level, rule, "difference")


def compared(
    found: Sequence[Evaluation], folded: Folded, level: float, rule: Rule, *, apart: bool = False
) -> Comparison:
    """Put evaluations together with how each differs from the first.

    Differences are of their sums, at `level`; or, where a rule has no interval of those, as far
    `apart` as the ends of two intervals are that hold together.
    """
    first, differences = found[0], []
    for at, sums in folded.differences.items():
        one, estimate = found[at], None
        if not (one.refused or first.refused):
            estimate = _apart(one, first) if apart else difference_of(sums, level, rule)
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
        sums.weights.diagnostics(),
        sums.weights.rows,
        target,
        fold.unit,
        mismatch=sums.actions.mismatch(actions),
        chances_known=sums.actions.known,
        overlap=sums.actions.overlap(actions),
        drift=sums.timeline.drift(),
        estimated=fold.estimated,
        more=fold.checked,
    )


def _slice(key: Key, sums: Sums, fold: Fold, target: str, level: float, rule: Rule) -> Slice:
    found = sums.weights.diagnostics()
    verdict = judge(found, sums.weights.rows, target, estimated=fold.estimated)
    estimate = gained = None
    if not verdict.refused:
        estimate = _estimate(sums.estimators[-1], fold.kind, level, rule)
        gained = None if sums.gain is None else _estimate(sums.gain, "real", level, rule)
    return Slice(*key, sums.weights.rows, estimate, gained, verdict.text)


def _estimate(
    estimator: Any, kind: str, level: float, rule: Rule, name: str | None = None
) -> Estimate:
    value = estimator.value()
    low, high, made_by = estimator.interval(kind, level, rule)
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


def _curve(fold: Fold) -> tuple[Point, ...]:
    return tuple(
        Point(rows, value, error, said(latest, fold.zone))
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
