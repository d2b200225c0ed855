"""Shares: what workers do together never exceeds a limit, whatever partition moves where."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bandit.desk.desk import Desk
from bandit.desk.shares import WorkerDesks, debits
from bandit.events import Control
from bandit.limits.budgets import Budgets
from bandit.limits.capacity import Capacity
from bandit.settings import MemorySettings
from bandit.task.periods import LENGTH_S, Caps
from tests.bandit.fleet import Fleet, Step
from tests.bandit.limits.test_capacity import most_beyond
from tests.bandit.market import pool

partitions_of = st.sampled_from((1, 2, 3, 7, 12))
capacities = st.sampled_from((0.5, 4.0, 12.0, 30.0, 120.0))
small = st.integers(0, 11)
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("move"), small, st.integers(0, 3)),
        st.tuples(st.just("move"), small, st.integers(0, 2)),
        st.tuples(st.just("pass"), st.sampled_from((0.0, 1.0, 30.0, 60.0, 500.0, 3000.0))),
        st.tuples(st.just("tasks"), small, st.integers(1, 5), st.booleans()),
        st.tuples(st.just("tasks"), small, st.integers(1, 5), st.just(False)),
        st.tuples(st.just("crash"), st.integers(0, 2)),
    ),
    max_size=60,
)


def promised(capacity_per_hour: float, engines: int, partitions: int) -> float:
    """Asks beyond the rate that the docstring of `bandit.limits.capacity` allows in any window."""
    bucket = max(1.0, capacity_per_hour / 12.0)
    saved = engines * max(0.0, 1.0 - bucket / partitions)
    return bucket + capacity_per_hour / 60.0 + saved


@settings(max_examples=300, deadline=None)
@given(steps, capacities, st.integers(1, 3), partitions_of)
def test_workers_together_never_ask_a_pool_more_than_is_promised(
    some: list[Step], per_hour: float, engines: int, partitions: int
) -> None:
    fleet = Fleet(engines, partitions, pool("a", capacity_per_hour=per_hour))
    fleet.play(some)
    times = [ask.at for ask in fleet.asks]
    most = promised(per_hour, engines, partitions)
    assert most_beyond(times, per_hour / 3600.0) <= most + 1e-6


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(small, st.sampled_from((0.0, 1.0, 40.0, 400.0))), max_size=40), capacities
)
@example([(0, 0.0), (0, 400.0), (0, 40.0), (0, 0.0), (0, 40.0), (0, 0.0)], 30.0)
def test_a_worker_that_keeps_all_partitions_asks_no_more_than_one_bucket_allows(
    some: list[tuple[int, float]], per_hour: float
) -> None:
    fleet = Fleet(1, 12, pool("a", capacity_per_hour=per_hour))
    for partition, seconds in some:
        fleet.play([("tasks", partition, 1, False), ("pass", seconds)])
    bucket = max(1.0, per_hour / 12.0)
    times = [ask.at for ask in fleet.asks]
    assert most_beyond(times, per_hour / 3600.0) <= bucket + 1e-6


def test_a_fresh_start_of_twelve_partitions_asks_a_small_pool_once() -> None:
    fleet = Fleet(1, 12, pool("a", capacity_per_hour=4.0))
    fleet.play([("tasks", partition, 3, False) for partition in range(12)])
    assert len(fleet.asks) == 1


def test_a_partition_without_demand_lends_its_share() -> None:
    """All tasks come to one of four partitions, at twice what the pool has room for."""
    fleet = Fleet(1, 4, pool("a", capacity_per_hour=360.0))
    fleet.play([("tasks", 2, 1, False), ("pass", 5.0)] * 400)
    times = [ask.at for ask in fleet.asks]
    assert (len(times) - 1) / (times[-1] - times[0]) > 0.9 * 360.0 / 3600.0


def test_workers_with_a_few_partitions_each_use_a_small_pool_to_the_full() -> None:
    """Three workers, twelve partitions, four asks an hour: forty hours give about 160 asks."""
    fleet = Fleet(3, 12, pool("a", capacity_per_hour=4.0))
    fleet.play([("move", partition, partition % 3) for partition in range(12)])
    fleet.play([("tasks", partition, 30, False) for partition in range(12)])
    fleet.play([("pass", 30.0)] * 4800)
    assert 150 <= len(fleet.asks) <= 163


def test_three_workers_that_were_idle_for_a_day_ask_a_small_pool_three_times() -> None:
    """Each has saved up one token, its parts included; a batch that is lost uses none."""
    fleet = Fleet(3, 12, pool("a", capacity_per_hour=4.0))
    fleet.play([("move", partition, partition % 3) for partition in range(12)])
    fleet.play([("pass", 60.0)] * 1440)
    fleet.play([("tasks", partition, 2, True) for partition in range(12)])
    fleet.play([("tasks", partition, 2, False) for partition in range(12)])
    assert len(fleet.asks) == 3
    fleet.play([("move", partition, 0) for partition in range(12)])
    fleet.play([("tasks", partition, 2, False) for partition in range(12)])
    assert len(fleet.asks) == 3


@pytest.mark.parametrize("held_by", [0, 9])
def test_partitions_that_are_handed_round_bring_their_part_and_no_more(held_by: int) -> None:
    """Full ones, held or nobody's for a day, each come to a worker that has no other."""
    fleet = Fleet(2, 12, pool("a", capacity_per_hour=4.0))
    fleet.play([("move", partition, held_by) for partition in range(12)])
    fleet.play([("pass", 3600.0)] * 24)
    for partition in range(12):
        fleet.play([("move", partition, 1), ("pass", 0.0), ("tasks", partition, 1, False)])
        fleet.play([("move", partition, 9)])
    assert len(fleet.asks) == 0


def test_what_a_worker_leaves_is_there_for_the_next_one() -> None:
    """A worker dies with a full bucket: the next one asks as often, and no more."""
    fleet = Fleet(2, 4, pool("a", capacity_per_hour=120.0))
    fleet.play([("tasks", 0, 4, False), ("pass", 1.0), ("crash", 0)])
    fleet.play([("move", partition, 1) for partition in range(4)])
    fleet.play([("tasks", 3, 20, False)])
    assert len(fleet.asks) == 10


def test_a_partition_that_was_nobodys_is_filled_before_it_lends() -> None:
    """Else it would lend its full part, and be given that of the time before once more."""
    fleet = Fleet(1, 2, pool("a", capacity_per_hour=120.0))
    fleet.play([("move", 1, 9), ("pass", 1000.0), ("move", 1, 0), ("tasks", 0, 5, False)])
    assert len(fleet.asks) == 5
    fleet.play([("pass", 0.0), ("tasks", 0, 20, False), ("pass", 0.0), ("tasks", 0, 20, False)])
    assert len(fleet.asks) == 10


def test_the_price_of_a_token_is_the_emptiness_of_what_the_worker_holds() -> None:
    described = pool("a", capacity_per_hour=240.0)
    desks = [Desk(MemorySettings()) for _ in range(4)]
    held = WorkerDesks(desks)
    room = Capacity(4, held)
    for desk in desks:
        room.fill(desk, [described], 0.0)
    prices = [room.scarcity_usd(desks[1], described, 1.0)]
    for _ in range(20):
        room.ask(desks[1], described)
        prices.append(room.scarcity_usd(desks[1], described, 1.0))
    assert prices == pytest.approx([0.05 * n / 20.0 for n in range(21)])
    assert not room.free(desks[1], described)
    held.replace(desks[:1])
    room.fill(desks[0], [described], 150.0)
    assert room.scarcity_usd(desks[0], described, 1.0) == pytest.approx(0.025)


@given(
    st.lists(st.floats(-5.0, 5.0), min_size=1, max_size=8),
    st.integers(0, 7),
    st.floats(0.0, 3.0),
)
def test_debits_sum_to_the_amount_and_take_from_nobody_what_he_has_not(
    held: list[float], own: int, amount: float
) -> None:
    own %= len(held)
    given_ = debits(held, own, amount)
    assert sum(given_) == pytest.approx(amount)
    assert min(given_) >= 0.0
    for i, (has, gives) in enumerate(zip(held, given_, strict=True)):
        assert i == own or gives <= max(0.0, has)
    if sum(given_[:own] + given_[own + 1 :]) > 0.0:
        assert given_[own] >= min(held[own], amount)


money_steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(st.just("move"), small, st.integers(0, 3)),
        st.tuples(st.just("pass"), st.sampled_from((1.0, 200.0, 20_000.0))),
        st.tuples(st.just("ahead"), small, st.sampled_from((30_000.0, 200_000.0))),
        st.tuples(st.just("tasks"), small, st.integers(1, 4), st.booleans()),
        st.tuples(st.just("tasks"), small, st.integers(1, 4), st.just(False)),
        st.tuples(st.just("answer"), small, st.sampled_from((None, 0.1, 0.02))),
        st.tuples(st.just("crash"), st.integers(0, 2)),
    ),
    max_size=50,
)


amounts = st.none() | st.sampled_from((0.0, 0.25, 1.0, 3.0))
caps_of_a_project = st.builds(Caps, amounts, amounts, amounts)


@settings(max_examples=200, deadline=None)
@given(money_steps, caps_of_a_project, st.integers(1, 3), partitions_of)
def test_workers_together_never_spend_more_in_a_period_than_a_cap_allows(
    some: list[Step], caps: Caps, engines: int, partitions: int
) -> None:
    """Counted as asks are made, ended and paid; labels cost no more than their ask here.

    What comes after its ask has expired is paid too, from money that was free by then: no cap can
    know of it before.
    """
    control = Control(
        at=0.0,
        project="p",
        usd_per_hour=caps.hour,
        usd_per_day=caps.day,
        usd_total=caps.total,
    )
    fleet = Fleet(engines, partitions, pool("a", 0.1), pool("b", 0.25), control)
    for step in some:
        fleet.play([step])
        for period, cap_usd in caps.given().items():
            spent = spent_by(LENGTH_S[period], fleet)
            assert max(spent.values(), default=0.0) <= cap_usd + 1e-6


def spent_by(length_s: float, fleet: Fleet) -> dict[int, float]:
    """What asks cost, by the period they were made in: their price, then what came of them."""
    usd = {(ask.task, ask.ask): {"a": 0.1, "b": 0.25}[ask.pool] for ask in fleet.asks}
    period = {(ask.task, ask.ask): int(ask.at // length_s) for ask in fleet.asks}
    usd.update({(one.task, one.ask): one.usd for one in fleet.rewards()})
    usd.update({(one.task, one.ask): 0.0 for one in fleet.rewards() if one.basis == "expired"})
    spent: dict[int, float] = defaultdict(float)
    for key, amount in usd.items():
        spent[period[key]] += amount
    return spent


def test_one_desk_spends_what_the_others_of_its_worker_have_left() -> None:
    control = Control(at=0.0, project="p", usd_per_day=1.2)
    fleet = Fleet(1, 12, pool("a", 0.1), control)
    fleet.play([("tasks", 4, 30, False)])
    assert len(fleet.asks) == 12
    fleet.play([("move", partition, 9) for partition in range(12)])
    fleet.play([("move", partition, 0) for partition in range(12)])
    fleet.play([("tasks", partition, 1, False) for partition in range(12)])
    assert len(fleet.asks) == 12


def test_a_desk_for_which_a_day_is_over_lends_nothing_of_it() -> None:
    """It has forgotten what was used then, but another partition may still be read there."""
    control = Control(at=0.0, project="p", usd_per_day=1.0)
    fleet = Fleet(1, 2, pool("a", 0.1, timeout_s=1e6), control)
    fleet.play([("pass", 80_000.0), ("tasks", 0, 5, False), ("ahead", 0, 10_000.0)])
    fleet.play([("tasks", 1, 20, False)])
    assert len(fleet.asks) == 10


def test_a_desk_whose_day_is_another_one_lends_what_it_has_of_this_day() -> None:
    """Partitions are read at their own pace, so midnight comes to one before the other."""
    own, early, late = (Desk(MemorySettings()) for _ in range(3))
    money = Budgets(3, WorkerDesks([own, early, late]))
    early.state.used_usd["p"] = (2, 0.0)
    late.state.used_usd["p"] = (0, 0.75)
    assert money.left_usd("p", Caps(day=3.0), 86_400.0) == 2.0
    money.spend(own, "p", Caps(day=3.0), 86_400.0, 1.5)
    assert early.state.used_usd["p"] == (2, 0.0)
    assert late.state.used_usd["p"] == (1, 0.5)
    assert money.left_usd("p", Caps(day=3.0), 0.0) == 0.0
    money.begin(late, 86_400.0)
    assert late.state.used_usd == {"p": (1, 0.5)}
    money.begin(late, 2 * 86_400.0)
    assert late.state.used_usd == {}
