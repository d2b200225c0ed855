"""How many closed tasks are remembered, which go first, and that nothing else of them stays."""

from __future__ import annotations

import msgspec
import pytest

from bandit.desk.agenda import SLACK
from bandit.engine.engine import Engine
from bandit.events import DeadLetter, Label, Reward, Tick
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, ClockSettings, MemorySettings
from tests.bandit.engine.test_time import EXPERTS, POOL, SETTINGS, TASK, answer, asked


def remembering(most: int, *, partitions: int = 1, audit_share: float = 1e-9) -> Engine:
    """An engine that remembers so many closed tasks."""
    settings = msgspec.structs.replace(
        SETTINGS,
        memory=MemorySettings(max_closed=most),
        audit=AuditSettings(share=audit_share),
        clock=ClockSettings(max_jump_s=1e9),
    )
    engine = Engine(settings, Brain(settings), partitions)
    engine.receive(POOL)
    engine.receive(EXPERTS)
    for partition in range(partitions):
        engine.receive(Tick(at=0.0), partition)
    return engine


def close(engine: Engine, *names: str, partition: int = 0) -> None:
    """Have tasks labeled and closed, one after the other."""
    for name in names:
        ask = asked(engine.receive(msgspec.structs.replace(TASK, task=name), partition))
        engine.receive(answer(ask, 5.0), partition)


def remembered(engine: Engine, *names: str, partition: int = 0) -> list[str]:
    return [name for name in names if engine._desks.of(partition).task(name) is not None]


@pytest.mark.parametrize("restored", [False, True])
def test_of_more_closed_tasks_than_are_remembered_the_first_that_closed_go_first(
    restored: bool,
) -> None:
    """Until one more closes, there is one more."""
    names = ["late", "c", "a", "b", "d"]
    engine = remembering(2)
    close(engine, "late")
    engine.receive(Tick(at=10.0))
    close(engine, "c", "a")
    assert remembered(engine, *names) == ["late", "c", "a"]
    if restored:
        records = [(key, value) for _, key, value in engine.changes()]
        engine = remembering(2)
        engine.restore(0, records)
        engine.receive(POOL)
    close(engine, "b")
    assert remembered(engine, *names) == ["c", "a", "b"]
    close(engine, "d")
    assert remembered(engine, *names) == ["c", "b", "d"], "of those that closed together, by name"
    (letter,) = engine.receive(Label("l", "late", 1, "a", "w9", "yes", 12.0))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "unknown_task"


def test_what_was_let_go_in_a_batch_that_failed_is_let_go_again() -> None:
    engine = remembering(1)
    close(engine, "a", "b")
    engine.keep()
    for _ in range(2):
        close(engine, "c")
        assert remembered(engine, "a", "b", "c") == ["b", "c"]
        engine.drop()
        assert remembered(engine, "a", "b", "c") == ["a", "b"]


def test_far_too_many_become_fewer_with_each_that_closes() -> None:
    names = [f"t{number}" for number in range(10)]
    before, engine = remembering(1000), remembering(3)
    close(before, *names)
    engine.restore(0, [(key, value) for _, key, value in before.changes()])
    counts = []
    for number in range(8):
        close(engine, f"new{number}")
        counts.append(len(engine._desks.of(0).closed))
    assert counts == [9, 8, 7, 6, 5, 4, 4, 4]


def test_a_closed_task_is_remembered_until_its_audit_has_ended() -> None:
    engine = remembering(0, audit_share=1.0)
    first = asked(engine.receive(TASK))
    audit = asked(engine.receive(answer(first, 5.0)))
    engine.receive(Tick(at=audit.expires_at - 1.0))
    engine.receive(answer(audit, audit.expires_at - 1.0, "expert"))
    for name, left in (("t2", ["t1", "t2"]), ("t3", ["t1", "t2", "t3"])):
        close(engine, name)
        assert remembered(engine, "t1", "t2", "t3") == left
    engine.receive(Tick(at=audit.expires_at))
    close(engine, "t4")
    assert remembered(engine, "t1", "t2", "t3") == ["t2", "t3"]


def test_each_partition_remembers_its_share() -> None:
    engine = remembering(4, partitions=2)
    close(engine, "a", "b", "c", "d", partition=0)
    close(engine, "a", "b", "c", partition=1)
    assert remembered(engine, "a", "b", "c", "d", partition=0) == ["b", "c", "d"]
    assert remembered(engine, "a", "b", "c", partition=1) == ["a", "b", "c"]


def test_what_is_known_of_tasks_that_are_forgotten_does_not_pile_up() -> None:
    engine = remembering(1000)
    desk = engine._desks.of(0)
    for number in range(5):
        close(engine, f"t{number}")
        engine.receive(Tick(at=100_000.0 * (number + 1)))
        engine.keep()
    assert (desk.closed.entries, len(desk.closed)) == (1, 0)


def test_the_agenda_is_of_tasks_that_are_known() -> None:
    """And of no more that are gone than of those; what is due is done all the same."""
    engine = remembering(10)
    open_one = asked(engine.receive(msgspec.structs.replace(TASK, task="open")))
    for number in range(3 * SLACK):
        close(engine, f"t{number}")
        engine.keep()
        assert len(engine._desks.of(0).agenda) <= 2 * 30 + SLACK + 2
    out = engine.receive(Tick(at=open_one.expires_at))
    assert [one.ask for one in out if isinstance(one, Reward)] == [open_one.ask]


def test_a_closed_task_whose_audit_runs_out_as_it_is_evicted_leaves_nothing_open() -> None:
    """Its ask ends with a reward, and neither the pool's room nor the budget stays used."""
    engine = remembering(0, audit_share=1.0)
    close(engine, "audited")
    assert engine.open_asks() == 1
    overdue = msgspec.structs.replace(TASK, task="overdue", deadline_at=20.0)
    engine.receive(overdue)
    out = engine.receive(Tick(at=EXPERTS.ask_timeout_s + 1e6))
    rewards = [event for event in out if isinstance(event, Reward) and event.task == "audited"]
    assert [(reward.pool, reward.basis) for reward in rewards] == [(EXPERTS.pool, "expired")]
    assert remembered(engine, "audited") == []
    assert engine.open_asks() == 0
