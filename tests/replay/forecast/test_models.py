"""Promises of every forecasting model, and of the backtest that chooses among them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.forecast.models.candidates import Candidate, candidates
from replay.forecast.projection.backtest import backtest, origins_of

ALL = [*candidates((6, 42), 100), *candidates((1,), 100)]


@pytest.mark.parametrize("model", ALL, ids=lambda model: model.name)
def test_a_shorter_forecast_is_the_begin_of_a_longer_one_and_changes_nothing(
    model: Candidate,
) -> None:
    """All models at all lengths of history, before the first value too."""
    rng = np.random.default_rng(3)
    made = model.make()
    for value in (*rng.poisson(5.0, 130).astype(float).tolist(), None):
        long = made.forecast(9)
        assert long.shape == (9,)
        assert np.isfinite(long).all()
        np.testing.assert_array_equal(made.forecast(4), long[:4])
        if value is not None:
            made.learn(value)


@pytest.mark.parametrize("season", [1, 6])
def test_no_forecast_of_a_backtest_has_seen_a_later_value(season: int) -> None:
    """Changing all values from an origin on changes no forecast made there, by any model."""
    rng = np.random.default_rng(1)
    values = rng.poisson(4.0, 60).astype(float)
    values[17] = np.nan
    before = backtest(values, 5, (season,))
    origin = before.origins[10]
    changed = values.copy()
    changed[origin:] = rng.poisson(40.0, 60 - origin) + 1.0
    after = backtest(changed, 5, (season,))
    for old, new in zip(before.runs, after.runs, strict=True):
        np.testing.assert_array_equal(old.forecasts[:11], new.forecasts[:11])
    assert any(
        not np.array_equal(old.forecasts[20], new.forecasts[20])
        for old, new in zip(before.runs, after.runs, strict=True)
    )


@settings(max_examples=200, deadline=None)
@given(
    steps=st.integers(20, 4000),
    part=st.integers(3, 30),
    season=st.sampled_from([(1,), (7,), (24,), (24, 168)]),
)
def test_origins_leave_room_and_begin_at_all_hours(
    steps: int, part: int, season: tuple[int, ...]
) -> None:
    """Every window lies in the series, there are at most 100, and the phases of a day all come."""
    horizon = max(1, steps // part)
    origins = origins_of(steps, horizon, season)
    assert 1 <= len(origins) <= 100
    assert origins[0] >= steps // 3
    assert origins[-1] + horizon <= steps
    phases = {origin % season[0] for origin in origins}
    assert len(phases) == min(len(origins), season[0])
