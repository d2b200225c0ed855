"""Paths are right on average over the windows of the past, as far as those can tell."""

from __future__ import annotations

import numpy as np
import pytest

from replay.forecast.projection.combination import Combination
from replay.forecast.projection.paths import sample_paths
from replay.forecast.series.scales import PLAIN, ROOT


def mean_total(came: float, foreseen: float, ahead: float, windows: int) -> float:
    """Return the mean of sums over four hours, after windows that came so and were foreseen so."""
    truth = np.full((windows, 4), came)
    forecasts = np.full((windows, 4), foreseen)
    chosen = Combination(("model",), PLAIN, forecasts, np.full(4, ahead), truth - forecasts)
    return float(sample_paths(truth, chosen, ROOT).sum(axis=1).mean())


def test_what_was_missed_in_all_windows_is_added() -> None:
    assert mean_total(came=2.0, foreseen=1.0, ahead=1.0, windows=40) == pytest.approx(8.0)


def test_what_came_too_little_in_all_windows_is_taken_off_in_proportion() -> None:
    assert mean_total(came=1.0, foreseen=2.0, ahead=3.0, windows=40) == pytest.approx(6.0)


def test_a_forecast_of_nearly_nothing_that_was_missed_adds_no_more_than_came() -> None:
    assert mean_total(came=1.0, foreseen=1e-3, ahead=0.1, windows=40) <= 4.0 * (0.1 + 1.0)


def test_a_few_windows_correct_only_a_part() -> None:
    corrected = mean_total(came=1.0, foreseen=2.0, ahead=3.0, windows=10)
    assert corrected == pytest.approx(12.0 * (1.0 - 0.5 * 10 / 40))
