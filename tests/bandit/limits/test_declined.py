"""Pools that declined a task: asked again where budget or room leave no other pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.queues import MOST_DECLINES
from bandit.events import Decline, Tick
from bandit.settings import PolicySettings
from tests.bandit.ordered import SETTINGS, asks, capped, engine, several
from tests.bandit.small import POOL, TASK, change

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Ask

ONE_LABEL = change(
    SETTINGS, policy=PolicySettings(name="uniform", labels_per_task=1, max_labels=1, min_labels=1)
)
TIGHT = change(POOL, pool="b", usd_per_label=0.2, capacity_per_hour=60.0, ask_timeout_s=600.0)
"""One tick fills it with five asks."""


def declined(made: Engine, ask: Ask, at: float = 1.0) -> list[Ask]:
    """The asks that come of a decline."""
    return asks(made.receive(Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=at)))


def full(*, but: int = 0) -> Engine:
    """An engine with a pool `a` and a pool `b` that is full `but` for some asks."""
    made = engine(TIGHT, change(POOL, open=False), Tick(at=1.0), settings=ONE_LABEL)
    for number in range(5 - but):
        (ask,) = asks(made.receive(change(TASK, task=f"full{number}")))
        assert ask.pool == "b"
    made.receive(POOL)
    return made


def decline_till_the_end(made: Engine, out: list[Ask]) -> None:
    """Let pool `a` decline as often as it is asked."""
    for _ in range(MOST_DECLINES):
        (ask,) = out
        assert ask.pool == "a"
        out = declined(made, ask)
    assert out == []


def test_a_pool_that_declined_is_asked_again_where_the_budget_covers_no_other() -> None:
    """Till it has declined three times; then the task waits for the budget."""
    made = engine(capped(0.1), settings=ONE_LABEL)
    decline_till_the_end(made, asks(made.receive(TASK)))
    assert made.open_tasks() == 1
    assert asks(made.receive(Tick(at=2.0))) == []
    made.receive(capped(0.3))
    assert [ask.pool for ask in asks(made.receive(Tick(at=3.0)))] == ["b"]


def test_a_pool_that_declined_is_asked_again_where_no_other_has_room() -> None:
    made = full()
    decline_till_the_end(made, asks(made.receive(TASK)))
    assert [(ask.task, ask.pool) for ask in asks(made.receive(Tick(at=61.0)))] == [("t1", "b")]


def test_a_pool_that_declined_is_not_asked_again_where_another_has_room() -> None:
    made = full(but=1)
    made.receive(change(POOL, pool="b", open=False))
    (ask,) = asks(made.receive(TASK))
    made.receive(TIGHT)
    assert [again.pool for again in declined(made, ask)] == ["b"]


def test_a_task_that_waits_is_asked_by_the_first_pool_with_room_even_if_it_declined() -> None:
    """Both are full; the one that declined has room first."""
    made = full()
    made.receive(change(POOL, capacity_per_hour=60.0))
    (ask,) = asks(made.receive(TASK))
    assert [one.pool for one in several(made, 4, first=5)] == ["a"] * 4
    assert declined(made, ask) == []
    made.receive(change(POOL, capacity_per_hour=3600.0))
    assert [(one.task, one.pool) for one in asks(made.receive(Tick(at=5.0)))] == [("t1", "a")]
