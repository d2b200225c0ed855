"""Opening hours are learned from what a desk's ticks saw, and doubted where a pool stays away."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.events import Pool
from bandit.limits.opening import count_open
from bandit.task.arrivals import HOUR_S, HOURS
from bandit.task.demand import Demand
from bandit.task.hours import OpenHours
from bandit.task.state import DeskState

DAY_S = HOURS * HOUR_S


def days(count: int, opening: int = 8, closing: int = 20) -> OpenHours:
    """The hours of a pool that was open at the same time on each of some days."""
    hours = OpenHours()
    for hour in range(count * HOURS):
        is_open = opening <= hour % HOURS < closing
        hours.count(hour * HOUR_S, (hour + 1) * HOUR_S, is_open=is_open)
    return hours


steps = st.lists(st.tuples(st.floats(min_value=0.0, max_value=HOUR_S), st.booleans()), max_size=200)


@given(steps)
def test_chances_are_chances_whatever_was_seen(some: list[tuple[float, bool]]) -> None:
    hours, now = OpenHours(), 1.7e9
    for step, is_open in some:
        hours.count(now, now + step, is_open=is_open)
        now += step
    for hour in range(HOURS):
        at = now + hour * HOUR_S
        assert 0.0 <= hours.opens(at) <= 1.0
        assert 0.0 <= hours.is_open(at) <= 1.0


@given(
    st.lists(st.tuples(st.integers(1, 900), st.booleans()), max_size=60),
    st.lists(st.integers(1, 54_000), max_size=20),
)
def test_further_ticks_in_between_change_nothing(
    some: list[tuple[int, bool]], cuts: list[int]
) -> None:
    """What is counted is time, not ticks; tolerance: none, all times are whole seconds."""
    whole, split, now = OpenHours(), OpenHours(), 0.0
    for step, is_open in some:
        ends = sorted({now, now + step, *(float(cut) for cut in cuts if now < cut < now + step)})
        whole.count(now, now + step, is_open=is_open)
        for before, after in pairwise(ends):
            split.count(before, after, is_open=is_open)
        now += step
    assert split == whole


def test_a_pool_that_keeps_its_hours_is_believed_more_each_day() -> None:
    chances = [days(count).opens((count * HOURS + 9) * HOUR_S) for count in range(1, 8)]
    assert chances[0] == 0.5
    assert chances == sorted(chances)
    assert chances[-1] > 0.9


def test_an_hour_that_a_pool_was_never_seen_in_is_none_that_it_opens_in() -> None:
    hours = days(7)
    assert hours.opens(7 * DAY_S + 22 * HOUR_S) == 0.0
    assert OpenHours().opens(0.0) == 0.0


def test_a_pool_that_stays_away_through_an_hour_of_its_own_is_doubted_at_once() -> None:
    hours, morning = days(7), 7 * DAY_S + 8 * HOUR_S
    hours.count(7 * DAY_S, morning, is_open=False)
    assert hours.opens(morning) > 0.9
    hours.count(morning, morning + HOUR_S, is_open=False)
    assert hours.opens(morning + HOUR_S) < 0.1
    assert hours.opens(morning + DAY_S) < 0.1
    hours.count(morning + HOUR_S, morning + HOUR_S + 1.0, is_open=True)
    assert hours.opens(morning + 2 * HOUR_S) > 0.9  # it came late


def test_nothing_is_counted_of_a_time_without_ticks() -> None:
    hours = days(7)
    before = dict(hours.usual)
    hours.count(7 * DAY_S, 9 * DAY_S, is_open=False)
    assert hours.usual == before


def test_a_pool_that_never_closes_and_never_is_full_has_no_record() -> None:
    state = DeskState()
    pools = [Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=10.0)]
    pools.append(Pool(pool="experts", at=0.0, usd_per_label=0.5, gold=True, open=False))
    count_open(state, pools, 1, 0.0, 60.0)
    assert state == DeskState()


@pytest.mark.parametrize("partitions", [1, 4])
def test_demand_is_a_share_of_the_capacity_while_the_pool_is_open(partitions: int) -> None:
    """The first hour is taken as it is; before it has ended, all capacity counts as wanted."""
    state = DeskState(demand={"a": Demand()})
    pool = Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=40.0)
    closed = Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=40.0, open=False)
    demand = state.demand["a"]
    demand.wanted = 20 // partitions
    count_open(state, [closed], partitions, 0.0, HOUR_S)
    assert demand.share == 1.0
    count_open(state, [pool], partitions, HOUR_S, 2 * HOUR_S)
    assert demand.share == 0.5
