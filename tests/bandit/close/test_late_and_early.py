"""What comes late, early or out of turn and is accepted all the same, and what time makes of it."""

from __future__ import annotations

import pytest

from bandit.desk.queues import MOST_DECLINES
from bandit.events import (
    Ask,
    DeadLetter,
    Decision,
    Decline,
    Reward,
    Tick,
    Verdict,
)
from bandit.settings import AuditSettings
from tests.bandit.small import (
    GOLD,
    LABEL,
    POOL,
    SECOND,
    SETTINGS,
    TASK,
    change,
    engine,
    kinds,
)


def test_a_late_label_after_the_verdict_is_paid_and_writes_the_next_revisions() -> None:
    made = engine(change(TASK, deadline_at=50.0), LABEL)
    out = made.receive(Tick(at=50.0))
    assert kinds(out) == ["Decision", "Reward", "Verdict", "Reward"]
    late = made.receive(change(SECOND, at=70.0, usd=0.2))
    assert made.counters["late_label"] == 1
    assert kinds(late) == ["Verdict", "Reward", "Reward"]
    verdict, *rewards = late
    assert isinstance(verdict, Verdict)
    assert (verdict.revision, verdict.labels, verdict.basis) == (1, 2, "consensus")
    assert verdict.usd == pytest.approx(0.25)
    found = {
        (one.ask, one.revision, one.basis, one.usd) for one in rewards if isinstance(one, Reward)
    }
    assert found == {(1, 1, "consensus", 0.05), (2, 1, "consensus", 0.2)}


def test_a_label_after_its_task_was_forgotten_is_a_dead_letter() -> None:
    made = engine(change(TASK, deadline_at=50.0), LABEL, Tick(at=50.0))
    made.receive(Tick(at=1049.0))
    assert kinds(made.receive(SECOND)) == ["Verdict", "Reward", "Reward"]
    made.receive(Tick(at=1050.0))
    (letter,) = made.receive(change(SECOND, label="l3"))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "unknown_task"
    made.keep()
    assert all(not key.startswith(b"task/") for key in made._desks.of(0)._records.kept)


def test_a_pool_that_closed_is_not_asked_again_but_owes_its_label() -> None:
    made = engine(TASK)
    made.receive(change(POOL, open=False))
    made.receive(change(POOL, pool="b"))
    decision, ask = made.receive(LABEL)
    assert isinstance(decision, Decision)
    assert isinstance(ask, Ask)
    assert (ask.pool, set(decision.pmf)) == ("b", {"b"})


def test_a_pool_that_declined_is_asked_again_only_where_no_other_is_left() -> None:
    """One person's decline must not end a task; after three of a pool it is left alone."""
    made = engine()
    made.receive(change(POOL, pool="b"))
    out = made.receive(TASK)
    declined: list[str] = []
    for number in range(1, 2 * MOST_DECLINES + 1):
        decision, ask = out[-2:]
        assert isinstance(decision, Decision)
        assert isinstance(ask, Ask)
        fresh = {"a", "b"} - set(declined)
        left = {pool for pool in ("a", "b") if declined.count(pool) < MOST_DECLINES}
        assert set(decision.pmf) == (fresh or left)
        declined.append(ask.pool)
        out = made.receive(Decline(task="t1", ask=number, pool=ask.pool, at=1.0))
    assert declined.count("a") == declined.count("b") == MOST_DECLINES
    assert kinds(out) == ["Reward", "Decision", "Verdict"]
    assert isinstance(out[-1], Verdict)
    assert (out[-1].answer, out[-1].why) == (None, "no_pool")


def test_experts_who_declined_an_audit_are_not_asked_for_it_again() -> None:
    audited = change(SETTINGS, audit=AuditSettings(share=1.0))
    made = engine(settings=audited)
    made.receive(change(POOL, pool="experts", gold=True))
    made.receive(TASK)
    made.receive(LABEL)
    *_, ask = made.receive(SECOND)
    assert isinstance(ask, Ask)
    assert ask.pool == "experts"
    out = made.receive(Decline(task="t1", ask=ask.ask, pool="experts", at=9.0))
    assert kinds(out) == ["Reward"]


def test_gold_before_its_task_settles_it_at_once_and_asks_nobody() -> None:
    made = engine(GOLD)
    out = made.receive(TASK)
    assert kinds(out) == ["Decision", "Verdict", "Reward"]
    assert isinstance(out[1], Verdict)
    assert (out[1].answer, out[1].basis, out[1].confidence) == ("yes", "gold", 1.0)
    assert made._desks.of(0).state.waiting_gold == 0


def test_gold_that_waits_too_long_is_a_dead_letter() -> None:
    made = engine(GOLD)
    assert made.receive(Tick(at=99.0)) == []
    (letter,) = made.receive(Tick(at=100.0))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "unknown_task"
    assert "'t1'" in letter.message
    assert made._desks.of(0).state.waiting_gold == 0
    assert kinds(made.receive(TASK)) == ["Decision", "Ask"]


def test_waiting_gold_that_does_not_fit_its_task_is_refused_and_the_task_is_not() -> None:
    made = engine(change(GOLD, answer="maybe"))
    out = made.receive(TASK)
    assert kinds(out) == ["DeadLetter", "Decision", "Ask"]
    assert isinstance(out[0], DeadLetter)
    assert out[0].rule == "unknown_answer"
    assert "'maybe'" in out[0].message
    assert made.counters["unknown_answer"] == 1
    assert made._desks.of(0).state.waiting_gold == 0


def test_a_jump_in_time_is_believed_once_enough_ticks_agree() -> None:
    made = engine(Tick(at=5.0))
    for n in range(4):
        (letter,) = made.receive(Tick(at=9999.0 + n))
        assert isinstance(letter, DeadLetter)
        assert letter.rule == "tick_ahead"
        assert made._desks.of(0).state.now == 5.0
    assert made.receive(Tick(at=10_003.0)) == []
    assert made._desks.of(0).state.now == 10_003.0


def test_a_slow_clock_is_believed_too_when_its_ticks_go_on() -> None:
    """Ticks two hours apart are each too far ahead; five in a row agree all the same."""
    made = engine(Tick(at=5.0))
    letters = [made.receive(Tick(at=7200.0 * n)) for n in range(1, 6)]
    assert [len(out) for out in letters] == [1, 1, 1, 1, 0]
    assert made._desks.of(0).state.now == 36_000.0


def test_ticks_that_disagree_or_are_interrupted_confirm_nothing() -> None:
    made = engine(Tick(at=5.0))
    for at in (9999.0, 99_999.0, 10_000.0, 99_998.0, 9999.0, 99_999.0, 9_999.0, 99_999.0):
        assert kinds(made.receive(Tick(at=at))) == ["DeadLetter"]
    for n in range(4):
        made.receive(Tick(at=9999.0 + n))
    made.receive(Tick(at=6.0))
    assert kinds(made.receive(Tick(at=10_004.0))) == ["DeadLetter"]


def test_a_tick_that_goes_back_moves_no_time() -> None:
    made = engine(Tick(at=5.0))
    made.receive(Tick(at=4.0))
    assert made._desks.of(0).state.now == 5.0


def test_a_label_moves_no_time_and_expires_nothing() -> None:
    made = engine(TASK, change(TASK, task="t2"))
    made.receive(change(LABEL, at=1e6))
    assert made._desks.of(0).state.now == 0.0
    assert made.open_tasks() == 2


def test_a_task_that_comes_after_its_deadline_is_closed_without_an_answer() -> None:
    made = engine(Tick(at=100.0))
    out = made.receive(change(TASK, deadline_at=50.0))
    assert kinds(out) == ["Decision", "Verdict"]
    assert isinstance(out[1], Verdict)
    assert (out[1].answer, out[1].confidence, out[1].why) == (None, None, "deadline")
    assert made.open_tasks() == 0
