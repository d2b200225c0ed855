"""What time does: asks expire, tasks are closed and forgotten, and nothing is owed for ever."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.events import Ask, Decision, Gold, Label, Pool, Reward, Task, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.lifecycle.transitions import MOST_S
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings

EXPERTS = Pool(pool="experts", at=0.0, usd_per_label=1.0, ask_timeout_s=5000.0, gold=True)
POOL = Pool(pool="a", at=0.0, usd_per_label=0.05, ask_timeout_s=60.0)
TASK = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
SETTINGS = Settings(
    policy=PolicySettings(max_labels=1, max_asks=3),
    audit=AuditSettings(share=1.0),
    memory=MemorySettings(remember_closed_s=100.0),
)


def answer(ask: Ask, at: float, labeler: str = "w1") -> Label:
    return Label(
        label=f"l{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=labeler,
        answer="yes",
        at=at,
    )


def asked(out: list[Any]) -> Ask:
    (ask,) = [event for event in out if isinstance(event, Ask)]
    return ask


def audited(*, experts: Pool = EXPERTS) -> tuple[Engine, list[Any]]:
    """An engine whose only task has its verdict and is to be audited."""
    engine = Engine(SETTINGS, Brain(SETTINGS))
    for event in (POOL, experts, Tick(at=0.0)):
        engine.receive(event)
    first = asked(engine.receive(TASK))
    return engine, engine.receive(answer(first, 5.0))


def test_a_task_is_not_forgotten_before_its_audit_has_ended() -> None:
    """Experts take longer than tasks are remembered: their answer still finds the task."""
    engine, out = audited()
    audit = asked(out)
    engine.receive(Tick(at=3000.0))
    found = engine.receive(answer(audit, 3000.0, "expert"))
    assert [type(event) for event in found] == [Verdict, Reward, Reward]
    assert isinstance(found[0], Verdict)
    assert found[0].basis == "gold"


@pytest.mark.parametrize("restart", [False, True])
def test_a_task_is_forgotten_when_its_last_audit_has_ended(restart: bool) -> None:
    engine, _ = audited()
    at, rewards = 0.0, []
    while at < 40_000.0:
        at += 1000.0
        rewards += [one for one in engine.receive(Tick(at=at)) if isinstance(one, Reward)]
        if restart:
            records = [(key, value) for _, key, value in engine.changes()]
            engine.keep()
            kept = engine._desks.of(0)._records.kept
            engine.restore(0, [*kept.items(), *(one for one in records if one[0] == b"desk")])
    assert engine._desks.of(0).task("t1") is None
    assert engine.open_asks() == 0
    assert {(one.basis, one.revision) for one in rewards} == {("expired", 0)}
    assert len(rewards) == 2 * SETTINGS.policy.max_asks - 1


def test_an_audit_that_no_expert_has_room_for_is_given_up_with_its_task() -> None:
    """The count of waiting tasks sets how long the others wait, so none may be left in it."""
    engine, _ = audited(experts=msgspec.structs.replace(EXPERTS, capacity_per_hour=0.5))
    later = msgspec.structs.replace(TASK, task="t2")
    engine.receive(answer(asked(engine.receive(later)), 6.0))
    assert engine._desks.of(0).state.waiting == {"experts": 1}
    engine.receive(Tick(at=100.0))
    assert engine._desks.of(0).state.waiting == {"experts": 0}
    assert engine._desks.of(0).task("t2") is None


def test_an_ask_expires_at_its_own_time_though_another_was_dropped() -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(POOL)
    engine.keep()
    engine.receive(TASK)
    engine.drop()
    engine.receive(Tick(at=30.0))
    ask = asked(engine.receive(TASK))
    assert ask.expires_at == 90.0
    assert engine.receive(Tick(at=60.0)) == []
    (reward, decision, again) = engine.receive(Tick(at=90.0))
    assert isinstance(reward, Reward)
    assert (reward.basis, reward.delay_s) == ("expired", 60.0)
    assert isinstance(decision, Decision)
    assert decision.why == "retry"
    assert isinstance(again, Ask)


def test_what_is_due_in_one_tick_comes_in_the_order_of_time() -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(POOL)
    for number in (3, 1, 2):
        engine.receive(msgspec.structs.replace(TASK, task=f"t{number}", at=float(number)))
    out = engine.receive(Tick(at=100.0))
    assert [one.task for one in out if isinstance(one, Reward)] == ["t1", "t2", "t3"]


def test_an_expired_ask_waits_for_no_answer_but_takes_a_late_one() -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(POOL)
    first = asked(engine.receive(TASK))
    second = asked(engine.receive(Tick(at=60.0)))
    assert (first.ask, second.ask) == (1, 2)
    assert engine.receive(answer(first, 61.0)) == []
    decision, verdict, *rewards = engine.receive(answer(second, 62.0, "w2"))
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (decision.choice, verdict.labels, verdict.usd) == ("stop", 2, 0.1)
    found = {(one.ask, one.revision) for one in rewards if isinstance(one, Reward)}
    assert found == {(1, 1), (2, 0)}


@pytest.mark.parametrize("said_at", [5.0, 100_000.0])
def test_gold_waits_for_its_task_by_the_desks_time_whenever_the_expert_spoke(
    said_at: float,
) -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(Tick(at=10_000.0))
    assert engine.receive(Gold(task="t1", answer="yes", at=said_at)) == []
    assert engine.receive(Tick(at=13_599.0)) == []
    assert len(engine.receive(Tick(at=13_600.0))) == 1


def test_the_desks_of_partitions_know_nothing_of_each_other() -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS), partitions=2)
    engine.receive(POOL)
    engine.receive(Tick(at=50.0), 0)
    engine.receive(TASK, 0)
    ask = asked(engine.receive(TASK, 1))
    assert (ask.at, ask.expires_at) == (0.0, 60.0)
    assert {partition for partition, _, _ in engine.changes()} == {0, 1}
    engine.keep()
    assert engine.open_tasks() == engine.open_asks() == 2
    engine.release(0)
    assert engine.open_tasks() == engine.open_asks() == 1
    (letter,) = engine.receive(answer(ask, 5.0), 0)
    assert type(letter).__name__ == "DeadLetter"
    assert engine.receive(answer(ask, 5.0), 1)


def test_gold_that_waited_is_as_the_expert_gave_it() -> None:
    """The wait is counted by the desk's time; the answer keeps its own."""
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(Tick(at=10_000.0))
    gold = Gold(task="t1", answer="yes", at=5.0, source="board")
    engine.receive(gold)
    engine.keep()
    engine.receive(TASK)
    state = engine._desks.of(0).task("t1")
    assert state is not None
    assert state.gold == gold


def stranded(*, give_up_s: float = 1000.0, skills: tuple[str, ...] = ()) -> Engine:
    """An engine whose task needs a skill that only the pools in `skills` have."""
    settings = Settings(policy=PolicySettings(give_up_s=give_up_s), audit=AuditSettings(share=1e-9))
    engine = Engine(settings, Brain(settings))
    for event in (POOL, Tick(at=100.0), msgspec.structs.replace(TASK, skills=("es",))):
        assert engine.receive(event) == []
    if skills:
        engine.receive(msgspec.structs.replace(POOL, pool="b", skills=skills))
    return engine


def test_a_task_that_no_pool_can_do_is_given_up_after_a_while() -> None:
    engine = stranded()
    for at in range(101, 1100, 37):
        assert engine.receive(Tick(at=float(at))) == []
    decision, verdict = engine.receive(Tick(at=1100.0))
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (decision.pmf, verdict.basis, verdict.why) == ({"stop": 1.0}, "none", "no_pool")
    assert engine.open_tasks() == 0


def test_a_pool_that_comes_in_time_is_asked() -> None:
    engine = stranded(skills=("es",))
    assert asked(engine.receive(Tick(at=200.0))).pool == "b"


def test_the_while_begins_anew_when_a_pool_was_able_meanwhile() -> None:
    """The pool is able but full at 600, and closed again later: that wait is not this one."""
    engine = stranded()
    able = msgspec.structs.replace(POOL, pool="b", skills=("es",), capacity_per_hour=1.0)
    engine.receive(able)
    assert (
        asked(engine.receive(msgspec.structs.replace(TASK, task="t2", skills=("es",)))).pool == "b"
    )
    engine.receive(Tick(at=600.0))
    engine.receive(msgspec.structs.replace(able, open=False))
    for at in (1100.0, 2099.0):
        verdicts = [one for one in engine.receive(Tick(at=at)) if isinstance(one, Verdict)]
        assert all(verdict.task == "t2" for verdict in verdicts)
    verdicts = [one for one in engine.receive(Tick(at=2100.0)) if isinstance(one, Verdict)]
    assert [verdict.task for verdict in verdicts] == ["t1"]


@pytest.mark.parametrize("capacity_per_hour", [5e-324, 1e-300])
def test_a_pool_with_next_to_no_capacity_is_waited_for_a_finite_time(
    capacity_per_hour: float,
) -> None:
    engine = Engine(SETTINGS, Brain(SETTINGS))
    engine.receive(msgspec.structs.replace(POOL, capacity_per_hour=capacity_per_hour))
    engine.receive(TASK)
    for name in ("t2", "t3"):
        assert engine.receive(msgspec.structs.replace(TASK, task=name)) == []
    for name in ("t2", "t3"):
        state = engine._desks.of(0).task(name)
        assert state is not None
        assert state.retry_at == pytest.approx(MOST_S)
