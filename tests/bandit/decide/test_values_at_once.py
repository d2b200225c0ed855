"""What asking a pool is worth, where it takes several asks of a task at once and time is short."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.events import Ask, Decision, Pool
from bandit.settings import PolicySettings, ProjectSettings, Settings
from tests.bandit.small import TASK, change, engine

SLOW = Pool(
    pool="a",
    at=0.0,
    usd_per_label=0.02,
    expected_delay_s=3600.0,
    ask_timeout_s=36_000.0,
    asks_per_task=9,
)
QUICK = Pool(pool="b", at=0.0, usd_per_label=0.1, expected_delay_s=1.0, ask_timeout_s=900.0)


def first(
    *pools: Pool, delay_usd_per_hour: float, deadline_at: float | None = None, name: str = "value"
) -> Decision:
    """The first decision about a task that is worth $1."""
    made = Settings(
        policy=PolicySettings(name=name),  # type: ignore[arg-type]  # one of them
        project=ProjectSettings(delay_usd_per_hour=delay_usd_per_hour),
    )
    out = engine(*pools, settings=made).receive(
        change(TASK, value_usd=1.0, deadline_at=deadline_at)
    )
    return next(one for one in out if isinstance(one, Decision))


def test_a_wait_is_paid_once_for_labels_that_are_asked_for_at_once() -> None:
    """Label after label would cost 12 cents each; five at once cost 20 together."""
    of_one = first(change(SLOW, asks_per_task=1), QUICK, delay_usd_per_hour=0.1)
    at_once = first(SLOW, QUICK, delay_usd_per_hour=0.1)
    assert of_one.values_usd["a"] < of_one.values_usd["b"]
    assert at_once.values_usd["b"] == pytest.approx(of_one.values_usd["b"])
    assert at_once.values_usd["a"] > at_once.values_usd["b"]
    assert at_once.pmf["a"] > of_one.pmf["a"]


def test_labels_at_once_count_where_the_deadline_leaves_no_time_for_others() -> None:
    """A label in each of two pools, and no time for a second one after it."""
    slow = change(QUICK, expected_delay_s=3600.0, ask_timeout_s=36_000.0)
    decision = first(SLOW, slow, delay_usd_per_hour=0.0, deadline_at=7000.0)
    alone = first(change(SLOW, asks_per_task=1), slow, delay_usd_per_hour=0.0, deadline_at=7000.0)
    assert decision.values_usd["a"] > alone.values_usd["a"]


@pytest.mark.parametrize("deadline_at", [None, 1e6])
def test_values_are_as_ever_where_there_is_time_and_waiting_is_free(
    deadline_at: float | None,
) -> None:
    of_one = first(
        change(SLOW, asks_per_task=1), QUICK, delay_usd_per_hour=0.0, deadline_at=deadline_at
    )
    assert first(SLOW, QUICK, delay_usd_per_hour=0.0, deadline_at=deadline_at) == of_one


def test_policies_that_never_ask_for_several_have_values_without_them() -> None:
    of_one = first(change(SLOW, asks_per_task=1), delay_usd_per_hour=0.1, name="cheapest")
    assert first(SLOW, delay_usd_per_hour=0.1, name="cheapest").values_usd == of_one.values_usd


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 8),
    st.floats(0.0, 0.5),
    st.one_of(st.none(), st.floats(600.0, 40_000.0)),
    st.floats(0.005, 0.2),
)
def test_a_pool_that_takes_more_at_once_is_worth_no_less(
    most: int, delay_usd_per_hour: float, deadline_at: float | None, usd: float
) -> None:
    values = [
        first(
            change(SLOW, asks_per_task=asks, usd_per_label=usd),
            QUICK,
            delay_usd_per_hour=delay_usd_per_hour,
            deadline_at=deadline_at,
        ).values_usd
        for asks in (most, most + 1)
    ]
    assert values[1]["a"] >= values[0]["a"] - 1e-9
    assert values[1]["b"] == pytest.approx(values[0]["b"])


def test_experts_have_no_labels_at_once() -> None:
    gold = Pool(pool="x", at=0.0, usd_per_label=0.3, expected_delay_s=60.0, gold=True)
    made = Settings(
        policy=PolicySettings(escalate=True), project=ProjectSettings(delay_usd_per_hour=0.1)
    )
    out = engine(SLOW, gold, settings=made).receive(change(TASK, value_usd=1.0))
    assert [one for one in out if isinstance(one, Ask)]
