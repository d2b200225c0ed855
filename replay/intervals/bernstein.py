"""Empirical Bernstein: holds for any bounded terms and any number of rows, and is wide.

|mean − v| ≤ √(2 V ln(4/α) / n) + 7 B ln(4/α) / (3 (n − 1)) with probability 1 − α, for terms in
[0, B] with sample variance V. B is the largest possible weight times the largest reward.

Source: Maurer and Pontil (2009), COLT, theorem 4, on both sides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval, widest, within

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence


def bernstein(evidence: Evidence | None, kind: str, level: float) -> Interval:
    """Interval of a mean of bounded terms."""
    terms = evidence.terms if evidence is not None else None
    if evidence is None or terms is None or kind == "real":
        return widest(kind, "Bernstein needs terms w r that are never negative")
    n, value = evidence.rows, evidence.value
    most = terms.weight * (1.0 if kind == "binary" else terms.reward)
    variance = max(terms.square - value**2, 0.0) * n / (n - 1)
    doubt = math.log(4 / (1 - level))
    half = math.sqrt(2 * variance * doubt / n) + 7 * most * doubt / (3 * (n - 1))
    return within(value - half, value + half, kind, "empirical Bernstein")
