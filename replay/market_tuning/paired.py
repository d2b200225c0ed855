"""Simultaneous intervals of paired differences between settings that met the same seeds.

Student's t with one degree of freedom less than there are seeds, the error shared out among the
differences (Bonferroni). Seeds are few: with the quantile of the largest |t| by the correlations
that 3 to 8 seeds show, four to six settings were all covered in only .78 to .95 of 400 simulated
comparisons; so they are in .96 to .98.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.student import student
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

LEAST_SEEDS = 3
"""Two seeds have one degree of freedom: their intervals are too wide to say anything."""


def paired(
    values: Sequence[Sequence[float]], pairs: Sequence[tuple[int, int]], level: float
) -> list[Amount]:
    """What the first of each pair earns more than the second, all intervals together at `level`.

    Parameters
    ----------
    values
        By setting, then by seed; of settings that met different numbers of seeds, the first seeds
        count, which both met.
    pairs
        Indices of settings.

    Examples
    --------
    >>> (amount,) = paired([[2.0, 3.0, 4.0], [1.0, 2.5, 2.5]], [(0, 1)], 0.95)
    >>> round(amount.value, 2), round(amount.low, 2), round(amount.high, 2)
    (1.0, -0.24, 2.24)
    """
    each = 1.0 - (1.0 - level) / max(len(pairs), 1)
    amounts = []
    for one, other in pairs:
        seeds = min(len(values[one]), len(values[other]))
        differences = np.asarray(values[one][:seeds]) - np.asarray(values[other][:seeds])
        value, variance = float(differences.mean()), float(differences.var(ddof=1)) / seeds
        low, high, _ = student(value, variance, seeds - 1.0, each)
        amounts.append(Amount(value, low, high))
    return amounts
