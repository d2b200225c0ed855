"""Level shifts: found where they are, and hardly ever where there is none."""

from __future__ import annotations

import numpy as np

from replay.forecast.projection.level_shift import last_shift
from replay.forecast.series.series import Series
from tests.replay.forecast.simulated_work import HOUR_S, MONDAY, hourly_rate

HOURS = 5 * 168


def shifted(seed: int, factor: float, at: int) -> Series:
    rate = hourly_rate(HOURS, 20.0)
    rate[at:] *= factor
    values = np.random.default_rng(seed).poisson(rate).astype(float)
    return Series("tasks", "tasks", "hour", MONDAY, values, (24, 168))


def test_a_day_and_a_week_are_no_shift() -> None:
    """None of 40 stationary series: ADWIN bounds false alarms by .002 each; false alarm .08.

    240 others, bursts among them, gave none when the bound was chosen.
    """
    assert [seed for seed in range(40) if last_shift(shifted(seed, 1.0, 0))] == []


def test_half_as_much_again_is_found_within_a_week_and_dated_to_the_day() -> None:
    """In 19 of 20 series, within a day of the moment, and the size within a fifth."""
    at = 4 * 168
    found = [last_shift(shifted(100 + seed, 1.5, at)) for seed in range(20)]
    right = [
        shift
        for shift in found
        if shift is not None
        and abs(shift.at - MONDAY - at * HOUR_S) <= 86400.0
        and 1.2 <= shift.after / shift.before <= 1.8
    ]
    assert len(right) >= 19


def test_a_series_without_values_has_no_shift() -> None:
    assert last_shift(Series("x", "share", "hour", 0.0, np.full(40, np.nan), (1,))) is None
