"""Desks whose times differ: each fills from its own time, so a wrong clock costs its own share."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bandit.desk.test_shares import capacities, partitions_of, promised, small
from tests.bandit.fleet import Fleet, Step
from tests.bandit.limits.test_capacity import most_beyond
from tests.bandit.market import pool

PER_HOUR = 3600.0
AHEAD_S = 3000.0


def asks_in(fleet: Fleet, minutes: int, partitions: int) -> int:
    """Asks while every partition always has a task that wants one."""
    before = len(fleet.asks)
    for _ in range(minutes * 6):
        fleet.play([("tasks", partition, 12, False) for partition in range(partitions)])
        fleet.play([("pass", 10.0)])
    return len(fleet.asks) - before


@pytest.mark.parametrize("partitions", [4, 12])
def test_a_desk_that_is_ahead_costs_its_own_share_of_a_pool_and_no_more(partitions: int) -> None:
    """Filled to the latest time of any, all desks together asked 300 times in 40 minutes."""
    fleet = Fleet(1, partitions, pool("a", capacity_per_hour=PER_HOUR))
    fleet.play([("ahead", 1, AHEAD_S)])
    all_of_them = 2400.0 + 300.0
    asked = asks_in(fleet, 40, partitions)
    assert 0.95 * all_of_them * (partitions - 1) / partitions <= asked <= all_of_them


def test_with_one_time_all_desks_use_the_whole_capacity() -> None:
    fleet = Fleet(1, 4, pool("a", capacity_per_hour=PER_HOUR))
    assert 0.95 * 2700.0 <= asks_in(fleet, 40, 4) <= 2700.0


def test_a_desk_whose_time_stands_still_is_lent_nothing_by_those_that_go_on() -> None:
    """Else all that they are given would be asked for at one and the same time of the log."""
    fleet = Fleet(1, 4, pool("a", capacity_per_hour=120.0))
    fleet.play([("ahead", 1, AHEAD_S)])
    fleet.play([("tasks", 1, 3, False), ("pass", 100.0)] * 20)
    times = [ask.at for ask in fleet.asks]
    assert most_beyond(times, 120.0 / 3600.0) <= promised(120.0, 1, 4)


skewed: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("move"), small, st.integers(0, 3)),
        st.tuples(st.just("pass"), st.sampled_from((0.0, 1.0, 30.0, 60.0, 500.0, 3000.0))),
        st.tuples(st.just("ahead"), small, st.sampled_from((5.0, 50.0, 3000.0))),
        st.tuples(st.just("tasks"), small, st.integers(1, 5), st.booleans()),
        st.tuples(st.just("tasks"), small, st.integers(1, 5), st.just(False)),
        st.tuples(st.just("crash"), st.integers(0, 2)),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(skewed, capacities, st.integers(1, 3), partitions_of)
def test_the_promise_holds_for_desks_of_different_times(
    some: list[Step], per_hour: float, engines: int, partitions: int
) -> None:
    fleet = Fleet(engines, partitions, pool("a", capacity_per_hour=per_hour))
    fleet.play(some)
    times = [ask.at for ask in fleet.asks]
    most = promised(per_hour, engines, partitions)
    assert most_beyond(times, per_hour / 3600.0) <= most + 1e-6
