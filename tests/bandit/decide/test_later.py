"""Laws of the value of waiting: a task waits only where that is worth more than going on."""

from __future__ import annotations

import math

from hypothesis import assume, given
from hypothesis import strategies as st

from bandit.decide.later import LEAST_GAIN, Chance, Prospects, hours_ahead
from bandit.decide.options import Prospect

usd = st.floats(min_value=-1.0, max_value=1.0)
costs = st.floats(min_value=0.0, max_value=0.5)
waits = st.floats(min_value=0.0, max_value=7200.0)
prospect = st.builds(Prospect, usd, costs, waits)
times = st.floats(min_value=0.0, max_value=86_400.0)
shares = st.floats(min_value=0.0, max_value=1.0)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Prospects, Chance]:
    """Pool a can be asked now, pool q later."""
    a, q = draw(prospect), draw(prospect)
    with_later = a.raised(draw(st.floats(min_value=0.0, max_value=0.5)))
    left_s, after_s = draw(times), draw(times)
    prospects = Prospects(
        alone={"a": a},
        with_later={"a": with_later, "q": q},
        now_usd=max(0.0, a.value_usd),
        worth_usd=1.0,
        delay_usd_per_hour=draw(st.sampled_from([0.0, 0.01, 0.5])),
        left_s=left_s,
    )
    until_s = after_s + draw(times)
    return prospects, Chance("q", after_s, until_s, draw(shares), draw(shares))


def waits_for(prospects: Prospects, one: Chance) -> bool:
    return prospects.best(iter([one]), always_open) is not None


def always_open(name: str, after_s: float) -> float:
    """Pool `name` is open in `after_s` seconds, for sure."""
    assert name == "a"
    assert after_s >= 0.0
    return 1.0


@given(situations())
def test_a_task_waits_only_for_what_is_worth_more_by_the_least_gain(
    some: tuple[Prospects, Chance],
) -> None:
    prospects, one = some
    best_usd = max(prospects.with_later["q"].value_usd, prospects.alone["a"].value_usd)
    if best_usd < prospects.now_usd + LEAST_GAIN:
        assert not waits_for(prospects, one)


@given(situations())
def test_nothing_is_waited_for_that_has_no_chance_no_time_or_no_capacity(
    some: tuple[Prospects, Chance],
) -> None:
    prospects, one = some
    assert not waits_for(prospects, one._replace(chance=0.0))
    assert not waits_for(prospects, one._replace(wanted=1.0))
    late = one._replace(after_s=prospects.left_s, until_s=prospects.left_s)
    slow = prospects.with_later["q"]._replace(wait_s=60.0)
    assert not waits_for(prospects._replace(with_later={**prospects.with_later, "q": slow}), late)


@given(situations(), shares, st.floats(min_value=0.0, max_value=1.0))
def test_who_would_not_wait_does_not_where_waiting_costs_more_or_capacity_is_scarcer(
    some: tuple[Prospects, Chance], wanted: float, delay_usd: float
) -> None:
    prospects, one = some
    assume(not waits_for(prospects, one))
    dearer = prospects._replace(delay_usd_per_hour=prospects.delay_usd_per_hour + delay_usd)
    assert not waits_for(dearer, one)
    assert not waits_for(prospects, one._replace(wanted=max(wanted, one.wanted)))


@given(situations())
def test_a_pool_that_is_better_asked_second_is_not_waited_for(
    some: tuple[Prospects, Chance],
) -> None:
    """With no doubt and no deadline, the open pool's value with the other one as second counts."""
    prospects, one = some
    far = prospects._replace(left_s=math.inf, delay_usd_per_hour=0.0)
    first, later = far.with_later["a"], far.with_later["q"]
    if first.value_usd >= later.value_usd:
        assert not waits_for(far, one._replace(chance=1.0, until_s=math.inf))


def test_the_hours_ahead_end_at_the_deadline_and_after_a_day() -> None:
    assert list(hours_ahead(1800.0, 7200.0)) == [1800.0, 5400.0]
    assert len(list(hours_ahead(0.0, 1e9))) == 24
    assert list(hours_ahead(0.0, 3600.0)) == []
