"""Calibration error of confidences, its noise floor, and the Brier score.

With the n answers sorted by confidence and cut into B bins of equal count,

    ECE = Σ over bins b of (n_b / n) · |mean confidence in b − share right in b|.

Even perfect confidences show an error by chance: the *noise floor* is the mean ECE of answers that
are right with exactly the chance they claim. And a constant confidence has a low ECE and is
useless: read it with the Brier score and the accuracy of the surest half.

Source: Naeini, Cooper and Hauskrecht (2015), AAAI (with bins of equal count); Brier (1950).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def ece(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    """Calibration error of n answers, with bins of equal count; `None` if there are none.

    Parameters
    ----------
    confidence
        Chance, as claimed, that the answer is right: shape (n,). Equal ones keep their order.
    right
        Whether it was: shape (n,).

    Examples
    --------
    >>> ece([0.75, 0.75, 0.75, 0.75], [True, True, True, False], bins=1)
    0.0
    >>> ece([1.0, 1.0], [True, False], bins=1)
    0.5
    """
    claimed, was = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if not len(claimed):
        return None
    order = np.argsort(claimed, kind="stable")
    gaps = (claimed - was)[order]
    edges = np.linspace(0, len(gaps), min(bins, len(gaps)) + 1).round().astype(int)
    sums = [abs(float(gaps[a:b].sum())) for a, b in pairwise(edges)]
    return sum(sums) / len(gaps)


def noise_floor(
    confidence: Sequence[float], bins: int = 10, runs: int = 200, seed: int = 0
) -> float | None:
    """Mean `ece` of answers that are right with exactly the chance in `confidence`.

    Examples
    --------
    >>> noise_floor([1.0, 1.0, 1.0])
    0.0
    """
    claimed = np.asarray(confidence, dtype=np.float64)
    if not len(claimed):
        return None
    chance = np.random.default_rng(seed)
    errors = (
        ece(confidence, (chance.random(len(claimed)) < claimed).tolist(), bins) for _ in range(runs)
    )
    return float(np.mean([value for value in errors if value is not None]))


def brier(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """Mean squared distance of the claimed chance from what was; `None` if there are no answers.

    Examples
    --------
    >>> brier([1.0, 0.5], [True, False])
    0.125
    """
    if not len(confidence):
        return None
    pairs = zip(confidence, right, strict=True)
    return sum((claimed - was) ** 2 for claimed, was in pairs) / len(confidence)


def surest_half(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """Share right among the half of the answers with the highest confidence.

    Examples
    --------
    >>> surest_half([0.9, 0.6, 0.8, 0.5], [True, False, True, False])
    1.0
    """
    if not len(confidence):
        return None
    order = sorted(range(len(confidence)), key=lambda i: -confidence[i])
    surest = order[: (len(order) + 1) // 2]
    return sum(right[i] for i in surest) / len(surest)
