"""Counting by step: whole steps only, breaks left out by whole weeks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay.forecast.series.steps import grid_of

HOUR_S = 3600.0


@given(st.lists(st.floats(0.0, 5e5), min_size=2, max_size=60).map(sorted))
def test_every_moment_of_a_whole_step_is_counted_once(times: list[float]) -> None:
    grid = grid_of(times, "hour")
    end = grid.start + HOUR_S * grid.steps
    assert grid.sums(times).sum() == sum(grid.start <= at < end for at in times)
    assert grid.left_out == 0


def test_the_first_and_the_last_step_are_left_out_as_they_are_only_begun() -> None:
    times = [100.0, 3700.0, 3800.0, 7300.0, 11000.0]
    grid = grid_of(times, "hour")
    assert (grid.start, grid.sums(times).tolist()) == (3600.0, [2.0, 1.0])


def test_dates_fill_their_days() -> None:
    times = [0.0, 0.0, 86400.0, 3 * 86400.0]
    grid = grid_of(times, "day", whole=True)
    assert grid.sums(times).tolist() == [2.0, 1.0, 0.0, 1.0]


def test_a_break_loses_whole_weeks_so_that_a_monday_stays_a_monday() -> None:
    """Ten days of nothing: seven go, three stay; a weekend alone stays."""
    week = [3600.0 * hour for hour in range(5 * 24)]
    later = [at + 15 * 86400.0 for at in week]
    grid = grid_of([*week, *later], "hour")
    assert grid.left_out == 168
    counts = grid.sums([*week, *later])
    assert counts[:120].sum() == 120
    assert counts[120 : 120 + 72].sum() == 0
    assert (np.flatnonzero(counts)[120] - np.flatnonzero(counts)[0]) % 24 == 0
    weekly = [at + 7 * 86400.0 * number for number in range(3) for at in week]
    assert grid_of(weekly, "hour").left_out == 0


def test_means_of_nothing_are_unknown() -> None:
    grid = grid_of([0.0, 4 * HOUR_S], "hour")
    means = grid.means([100.0, 200.0, 2.5 * HOUR_S], [1.0, 3.0, 5.0])
    assert means[0] == 2.0
    assert np.isnan(means[1])
    assert means[2] == 5.0
