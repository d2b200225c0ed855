"""A number is counted in the bin that its place among the edges says."""

from __future__ import annotations

import numpy as np

from replay.numerics.log_histogram import BINS, HIGHEST, LOWEST, STEPS, LogHistogram, edges


def test_every_number_is_counted_in_the_bin_of_the_largest_edge_that_it_reaches() -> None:
    rng = np.random.default_rng(4)
    ends = edges()[1:]
    odd = [0.0, -0.0, 5e-324, 1e-300, 1e300, np.inf, 1.0, 2.0**50, 2.0**-30]
    near = [ends, np.nextafter(ends, 0.0), np.exp(rng.uniform(-60, 60, 5_000))]
    values = np.concatenate([odd, *near])
    histogram = LogHistogram().receive(values)
    bin_ = np.searchsorted(ends, values, side="right")
    finite = values < np.inf
    assert histogram.counts.tolist() == np.bincount(bin_, minlength=BINS).tolist()
    sums = np.bincount(bin_[finite], weights=values[finite], minlength=BINS)
    assert np.allclose(histogram.sums[:-1], sums[:-1], rtol=1e-12)
    assert histogram.sums[-1] == np.inf


def test_the_histogram_reaches_from_two_to_the_minus_30_to_two_to_the_50() -> None:
    assert edges()[1] == 2.0**-30
    assert edges()[-1] == 2.0**50
    assert len(edges()) == BINS
    assert HIGHEST - LOWEST == 80 * STEPS
