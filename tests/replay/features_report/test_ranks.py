"""Ranks of features are those of scipy.stats, which would take a second to import."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from replay.features_report.columns import _mean_ranks


def test_equal_numbers_share_their_ranks_as_in_scipy() -> None:
    rng = np.random.default_rng(0)
    for digits in range(4):
        numbers = rng.normal(size=200).round(digits)
        assert _mean_ranks(numbers).tolist() == rankdata(numbers).tolist()
