"""A person labels a task once: a second label is refused, and the task doesn't wait for its ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Ask, DeadLetter, Reward, Tick, Verdict
from bandit.settings import MemorySettings, PolicySettings, Settings
from tests.bandit.small import GOLD, LABEL, POOL, SECOND, TASK, change, engine, kinds

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Output

AGAIN = change(SECOND, labeler="w1", at=9.0)
"""The answer of the person who has labeled the task, to its second ask."""
THIRD = change(LABEL, label="l3", ask=3, labeler="w3")


def asked_twice(**policy: int) -> Engine:
    chosen = {"labels_per_task": 2, "max_labels": 2, "min_labels": 2, **policy}
    settings = Settings(
        policy=PolicySettings(name="fixed", pool="a", **chosen),  # type: ignore[arg-type]
        memory=MemorySettings(remember_closed_s=1000.0),
    )
    return engine(TASK, LABEL, settings=settings)


def refused(out: list[Output]) -> DeadLetter:
    letter = out[0]
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "repeat_labeler"
    assert letter.message == (
        "label 'l2' of task 't1', ask 2: labeler 'w1' has labeled this task already"
    )
    return letter


def test_the_task_is_asked_about_again_at_once() -> None:
    made = asked_twice()
    out = made.receive(AGAIN)
    refused(out)
    assert kinds(out) == ["DeadLetter", "Reward", "Decision", "Ask"]
    _, reward, decision, ask = out
    assert isinstance(reward, Reward)
    assert isinstance(ask, Ask)
    assert (reward.ask, reward.basis, reward.usd, reward.delay_s) == (2, "expired", 0.0, 9.0)
    assert decision.why == "retry"  # type: ignore[union-attr]
    assert (ask.ask, ask.exclude) == (3, ("w1",))
    assert made.open_asks() == 1


def test_it_is_neither_paid_nor_counted() -> None:
    made = asked_twice()
    made.receive(AGAIN)
    (verdict,) = [one for one in made.receive(THIRD) if isinstance(one, Verdict)]
    assert (verdict.labels, verdict.usd) == (2, 2 * POOL.usd_per_label)


def test_the_ask_takes_another_persons_label_all_the_same() -> None:
    """As one that has expired: paid, and it counts."""
    made = asked_twice()
    made.receive(AGAIN)
    out = made.receive(SECOND)
    assert not any(isinstance(one, DeadLetter) for one in out)
    assert made.counters["late_label"] == 1
    verdicts = [one for one in [*out, *made.receive(THIRD)] if isinstance(one, Verdict)]
    assert verdicts[-1].labels == 3


def test_the_same_again_changes_nothing() -> None:
    made = asked_twice()
    made.receive(AGAIN)
    changes = made.changes()
    out = made.receive(AGAIN)
    refused(out)
    assert len(out) == 1
    assert made.changes() == changes


def test_its_ask_does_not_expire_once_more() -> None:
    made = asked_twice()
    made.receive(AGAIN)
    out = made.receive(Tick(at=POOL.ask_timeout_s))
    assert [one.ask for one in out if isinstance(one, Reward)] == [3]


def test_a_pool_that_gives_it_to_the_same_person_is_asked_so_often_at_most() -> None:
    made = asked_twice(max_asks=5)
    out: list[Output] = []
    for number in range(2, 9):
        out = made.receive(change(AGAIN, ask=number, label=f"l{number}"))
        if any(isinstance(one, Verdict) for one in out):
            break
    (verdict,) = [one for one in out if isinstance(one, Verdict)]
    assert (verdict.why, verdict.labels, number) == ("max_asks", 1, 5)


def test_about_a_task_that_has_ended_it_is_only_refused() -> None:
    made = asked_twice()
    made.receive(GOLD)
    out = made.receive(AGAIN)
    refused(out)
    assert len(out) == 1
