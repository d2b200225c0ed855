"""Pins: an operator leaves a project one pool, and what can't be asked of it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.desk.queues import MOST_DECLINES
from bandit.events import STOP, Decline, Tick
from bandit.settings import AuditSettings, Settings
from tests.bandit.ordered import (
    AUDITED,
    DAY_S,
    EXPERTS,
    GO_ON,
    PIN,
    asks,
    decisions,
    engine,
    label,
)
from tests.bandit.small import POOL, TASK, change, kinds

if TYPE_CHECKING:
    from bandit.events import Control, Pool

ABLE = change(POOL, pool="d", skills=("es",))


def test_a_pinned_project_asks_its_pool_or_stops_and_says_so() -> None:
    made = engine(PIN)
    out = made.receive(TASK)
    for number in (1, 2):
        (decision,), (ask,) = decisions(out), asks(out)
        assert (set(decision.pmf), decision.control) == ({"b"}, "pin:b")
        assert decision.propensity == 1.0
        out = made.receive(label(ask, number))
    (stop,) = decisions(out)
    assert (stop.choice, stop.control) == (STOP, "pin:b")


def test_a_pin_may_stop_where_its_policy_may() -> None:
    chosen = Settings(audit=AuditSettings(share=1e-9))
    made = engine(PIN, settings=chosen)
    (ask,) = asks(made.receive(TASK))
    (decision,) = decisions(made.receive(label(ask)))
    assert set(decision.pmf) == {"b", STOP}


@pytest.mark.parametrize(
    "before",
    [
        change(ABLE, open=False),
        change(ABLE, capacity_per_hour=0.0),
        change(ABLE, skills=("fr",)),
        change(ABLE, gold=True),
        change(ABLE, pool="c"),
    ],
    ids=["closed", "no capacity", "no skill", "experts", "unknown"],
)
def test_a_task_waits_until_its_pinned_pool_is_able_to_take_it(before: Pool) -> None:
    made = engine(before, change(PIN, pool=ABLE.pool))
    assert made.receive(change(TASK, skills=ABLE.skills)) == []
    for _ in range(5):  # too far ahead; the fifth is believed
        made.receive(Tick(at=30 * DAY_S))
    assert made.open_tasks() == 1
    made.receive(ABLE)
    (ask,) = asks(made.receive(Tick(at=30 * DAY_S + 1)))
    assert ask.pool == ABLE.pool


@pytest.mark.parametrize("order", [GO_ON, change(PIN, pool="a")], ids=["no pin", "another pin"])
def test_a_task_that_its_pinned_pool_declined_waits_for_another_order(order: Control) -> None:
    made = engine(PIN)
    (ask,) = asks(made.receive(TASK))
    for number in range(1, MOST_DECLINES + 1):
        out = made.receive(Decline(task="t1", ask=number, pool=ask.pool, at=1.0))
    assert kinds(out) == ["Reward"]
    made.keep()
    made.receive(Tick(at=10.0))
    assert [key for _, key, _ in made.changes()] == [b"desk"]
    made.receive(order)
    (again,) = asks(made.receive(Tick(at=11.0)))
    assert again.pool == "a"


def test_a_pinned_pool_without_room_is_waited_for() -> None:
    made = engine(change(POOL, pool="b", capacity_per_hour=60.0, ask_timeout_s=1000.0), PIN)
    for number in range(6):
        made.receive(change(TASK, task=f"t{number}"))
    assert made.open_asks() == 5
    later = [ask for n in range(1, 5) for ask in asks(made.receive(Tick(at=30.0 * n)))]
    assert [ask.task for ask in later if ask.ask == 1] == ["t5"]
    assert {ask.pool for ask in later} == {"b"}


def test_audits_go_to_the_experts_of_a_pinned_project_as_well() -> None:
    made = engine(EXPERTS, PIN, settings=AUDITED)
    (first,) = asks(made.receive(TASK))
    (second,) = asks(made.receive(label(first)))
    out = made.receive(label(second, 2))
    (audit,) = asks(out)
    assert audit.pool == "experts"
    assert [one.control for one in decisions(out)] == ["pin:b", None]
