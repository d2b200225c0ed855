"""Arrivals: the forecast of a project's tasks at a desk, from those that came."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.task.arrivals import Arrivals

HOUR_S, DAY_S = 3600.0, 86_400.0


def by_day(hour: float) -> float:
    """Tasks an hour: 20 at night, 100 at noon."""
    return 60.0 - 40.0 * math.cos(2.0 * math.pi * hour / 24.0)


def fed(hours: float, scale: float = 1.0) -> Arrivals:
    """Arrivals of so many hours, evenly within each minute."""
    arrivals, owed = Arrivals(), 0.0
    for minute in range(round(60 * hours)):
        owed += scale * by_day((minute / 60.0) % 24.0) / 60.0
        while owed >= 1.0:
            arrivals.count(60.0 * minute)
            owed -= 1.0
    return arrivals


@pytest.mark.parametrize("hour", [0, 6, 12, 20])
def test_after_three_days_the_rest_of_the_day_is_foreseen_by_its_hours(hour: int) -> None:
    ahead = fed(72.0 + hour).ahead(3 * DAY_S + hour * HOUR_S, DAY_S - hour * HOUR_S)
    came = sum(by_day(rest) for rest in range(hour, 24))
    assert ahead == pytest.approx(came, rel=0.1)


def test_a_day_that_is_twice_as_busy_is_told_by_its_first_hours() -> None:
    arrivals = fed(72.0)
    for minute in range(6 * 60):
        for _ in range(round(2 * by_day(minute / 60.0) / 60.0)):
            arrivals.count(3 * DAY_S + 60.0 * minute)
    usual = sum(by_day(rest) for rest in range(6, 24))
    arrivals.count(3 * DAY_S + 6 * HOUR_S)
    assert 1.5 < arrivals.ahead(3 * DAY_S + 6 * HOUR_S, 18 * HOUR_S) / usual < 2.2


def test_a_burst_within_an_hour_does_not_change_what_is_expected_of_the_rest() -> None:
    arrivals = fed(72.0)
    before = arrivals.ahead(3 * DAY_S, 12 * HOUR_S)
    for _ in range(1000):
        arrivals.count(3 * DAY_S)
    assert arrivals.ahead(3 * DAY_S, 12 * HOUR_S) == pytest.approx(before, rel=0.1)


def test_before_an_hour_is_over_the_rate_so_far_goes_on() -> None:
    arrivals = Arrivals()
    for second in range(1800):
        arrivals.count(1000.0 + second)
    assert arrivals.ahead(2800.0, 3600.0) == pytest.approx(3600.0, rel=0.01)


def test_hours_of_the_day_that_were_not_seen_count_as_the_mean() -> None:
    arrivals = Arrivals()
    for minute in range(121):
        arrivals.count(60.0 * minute)
    assert arrivals.ahead(7200.0, 22 * HOUR_S) == pytest.approx(22 * 60, rel=0.05)


def test_a_long_gap_is_learned_as_hours_without_tasks_at_a_bounded_cost() -> None:
    arrivals = fed(24.0)
    arrivals.count(1000 * DAY_S)
    assert arrivals.ahead(1000 * DAY_S, DAY_S) < 0.2 * sum(by_day(hour) for hour in range(24))


@given(st.lists(st.floats(0.0, 1e7), max_size=50), st.floats(0.0, 1e7), st.floats(0.0, DAY_S))
def test_whatever_the_times_the_forecast_is_finite_and_grows_with_its_span(
    times: list[float], now: float, seconds: float
) -> None:
    """Times that go back, too: a clock that was set back."""
    arrivals = Arrivals()
    for at in times:
        if arrivals.since is not None and at < arrivals.since:
            arrivals.reset(at)
        arrivals.count(at)
    ahead = arrivals.ahead(now, seconds)
    assert 0.0 <= ahead <= arrivals.ahead(now, seconds + 60.0) < math.inf
