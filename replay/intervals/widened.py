"""Interval rule with an inflated variance, for weights that were not drawn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence, IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind


def widened(rule: IntervalRule, factor: float | None) -> IntervalRule:
    """Return the rule with `Evidence.variance` multiplied by a factor; `None` changes nothing.

    Rules that use only the variance seen, as in textbooks, stay as they are.

    Examples
    --------
    >>> from replay.intervals.choose import default
    >>> from replay.intervals.evidence import Evidence
    >>> low, high, _ = widened(default, 4.0)(Evidence(0.0, 1.0, 1.0, 100), "real", 0.95)
    >>> round(low, 2), round(high, 2)
    (-3.92, 3.92)
    """
    if factor is None or factor <= 1.0:
        return rule

    def wider(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
        if evidence is not None:
            evidence = replace(evidence, variance=evidence.variance * factor)
        return rule(evidence, kind, level)

    return wider
