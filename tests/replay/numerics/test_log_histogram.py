"""A number is counted on the rung that its place among the edges says."""

from __future__ import annotations

import numpy as np

from replay.numerics.log_histogram import HIGHEST, LOWEST, RUNGS, STEPS, LogHistogram, edges


def test_every_number_stands_on_the_rung_of_the_largest_edge_that_it_reaches() -> None:
    rng = np.random.default_rng(4)
    ends = edges()[1:]
    odd = [0.0, -0.0, 5e-324, 1e-300, 1e300, np.inf, 1.0, 2.0**50, 2.0**-30]
    near = [ends, np.nextafter(ends, 0.0), np.exp(rng.uniform(-60, 60, 5_000))]
    values = np.concatenate([odd, *near])
    histogram = LogHistogram().receive(values)
    rung = np.searchsorted(ends, values, side="right")
    finite = values < np.inf
    assert histogram.counts.tolist() == np.bincount(rung, minlength=RUNGS).tolist()
    sums = np.bincount(rung[finite], weights=values[finite], minlength=RUNGS)
    assert np.allclose(histogram.sums[:-1], sums[:-1], rtol=1e-12)
    assert histogram.sums[-1] == np.inf


def test_the_ladder_reaches_from_two_to_the_minus_30_to_two_to_the_50() -> None:
    assert edges()[1] == 2.0**-30
    assert edges()[-1] == 2.0**50
    assert len(edges()) == RUNGS
    assert HIGHEST - LOWEST == 80 * STEPS
