"""Totals of a forecast: their intervals hold what comes, in short histories too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.forecast.plan.sums import amount_of
from replay.forecast.plan.totals import half_width, total_of
from replay.forecast.projection.projection import project
from replay.forecast.series.series import Series

HOURS, AHEAD = 96, 31


def count_held(rate: np.ndarray[tuple[int], np.dtype[np.float64]], seeds: int) -> tuple[int, int]:
    """Count the totals that lay in their interval, and in that of the paths."""
    wide = narrow = 0
    for seed in range(seeds):
        came = np.random.default_rng(seed).poisson(rate).astype(np.float64)
        made = project(Series("tasks", "tasks", "hour", 0.0, came[:HOURS], (24, 168)), AHEAD)
        whole, of_paths = total_of(made), amount_of(made.paths.sum(axis=1), 0.9)
        total = came[HOURS:].sum()
        wide += whole.low <= total <= whole.high
        narrow += of_paths.low <= total <= of_paths.high
    return wide, narrow


@pytest.mark.slow
def test_four_days_of_hours_are_known_to_be_little() -> None:
    """40 series of steady arrivals; the interval of overlapping windows held 55 to 60 %.

    Of intervals that hold 88 %, fewer than 30 hold with a chance of 0.5 %.
    """
    hour = np.arange(HOURS + AHEAD)
    flat = count_held(np.full(len(hour), 20.0), 20)
    day = count_held(20.0 * (1.0 + 0.7 * np.cos(2.0 * np.pi * (hour - 14) / 24.0)), 20)
    assert flat[0] + day[0] >= 30
    assert flat[1] + day[1] < 30, "or paths will do"


SIZES = st.tuples(st.integers(1, 12), st.integers(1, 8))


@given(SIZES, st.integers(1, 5), st.floats(0.1, 100.0), st.integers(0, 99))
def test_a_half_width_is_in_the_unit_of_the_series(
    size: tuple[int, int], stride: int, factor: float, seed: int
) -> None:
    errors = np.random.default_rng(seed).normal(size=size)
    origins = tuple(range(5, 5 + stride * size[0], stride))
    half = half_width(errors, origins, 0.9)
    assert half_width(factor * errors, origins, 0.9) == pytest.approx(factor * half)
    assert half_width(-errors, origins, 0.9) == pytest.approx(half)
    assert half_width(errors, origins, 0.95) >= half >= 0.0


def test_what_is_unknown_has_no_width() -> None:
    assert half_width(np.full((3, 2), np.nan), (4, 5, 6), 0.9) == 0.0
