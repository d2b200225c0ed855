"""A pool of one labeler, such as a language model, isn't asked about a task again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.decide.nobody_left import RECENT
from bandit.desk.queues import MOST_DECLINES
from bandit.events import Ask, Control, Reward, Tick, Verdict
from bandit.reasons import StopReason
from bandit.settings import PolicySettings, Settings
from tests.bandit.small import DECLINE, GOLD, LABEL, POOL, SETTINGS, TASK, change, engine

if TYPE_CHECKING:
    from bandit.engine.engine import Engine

ASKED_UNTIL = 60.0


def taught(labelers: tuple[str, ...], tasks: int, settings: Settings = SETTINGS) -> Engine:
    """An engine that knows labels of pool `a`, given in turn by these labelers."""
    made = engine(settings=settings)
    for number in range(tasks):
        name = f"known-{number}"
        made.receive(change(TASK, task=name))
        labeler = labelers[number % len(labelers)]
        made.receive(change(LABEL, task=name, label=name, labeler=labeler))
        for one in made.receive(change(GOLD, task=name)):
            if isinstance(one, Reward):
                made.receive(one)
    return made


@pytest.mark.parametrize(
    ("labelers", "tasks", "is_left_alone"),
    [
        (("model",), RECENT, True),
        (("model",), RECENT - 1, False),  # too few labels to tell
        (("model", "person"), RECENT, False),  # the person may answer the next time
        (("person",), RECENT, False),  # nothing is known of this labeler
    ],
)
def test_a_pool_that_was_asked_again_in_vain_is_left_alone_if_nobody_else_answers(
    labelers: tuple[str, ...],
    tasks: int,
    is_left_alone: bool,
) -> None:
    made = taught(labelers, tasks)
    made.receive(TASK)
    again = made.receive(change(LABEL, labeler="model"))
    assert [one.ask for one in again if isinstance(one, Ask)] == [2]
    out = made.receive(Tick(at=ASKED_UNTIL))
    assert any(isinstance(one, Ask) for one in out) != is_left_alone
    verdicts = [one for one in out if isinstance(one, Verdict)]
    assert [(one.why, one.labels) for one in verdicts] == (
        [(StopReason.NO_POOL, 1)] if is_left_alone else []
    )


@pytest.mark.parametrize("labelers", [("model",), ("model", "person")])
def test_a_pool_that_declines_to_answer_twice_is_left_alone_if_nobody_else_answers(
    labelers: tuple[str, ...],
) -> None:
    """Where others answer for it, somebody else may still."""
    made = taught(labelers, RECENT)
    made.receive(TASK)
    made.receive(change(LABEL, labeler="model"))
    out = made.receive(change(DECLINE, ask=2))
    assert any(isinstance(one, Ask) for one in out) == (len(labelers) > 1)
    verdicts = [one for one in out if isinstance(one, Verdict)]
    assert [one.labels for one in verdicts] == ([1] if len(labelers) == 1 else [])


def test_a_pool_that_declined_is_asked_again_where_the_only_other_one_has_nobody_left() -> None:
    made = taught(("model",), RECENT)
    made.receive(change(POOL, pool="b"))
    made.receive(TASK)
    made.receive(change(LABEL, labeler="model"))
    out = made.receive(Tick(at=ASKED_UNTIL))
    for number in range(3, 3 + MOST_DECLINES):
        assert [(one.ask, one.pool) for one in out if isinstance(one, Ask)] == [(number, "b")]
        out = made.receive(change(DECLINE, ask=number, pool="b"))
    assert [one.why for one in out if isinstance(one, Verdict)] == [StopReason.NO_POOL]


def test_a_pool_that_expired_before_its_label_is_asked_again() -> None:
    """Only an ask after the label shows that nobody is left."""
    made = taught(("model",), RECENT)
    made.receive(TASK)
    made.receive(Tick(at=ASKED_UNTIL))
    again = made.receive(change(LABEL, ask=2, labeler="model", at=70.0))
    assert [one.ask for one in again if isinstance(one, Ask)] == [3]


def test_a_task_pinned_to_a_pool_with_nobody_left_is_closed_with_its_label() -> None:
    """It doesn't wait for another control: the pin isn't what stops it."""
    made = taught(("model",), RECENT)
    made.receive(Control(at=0.0, project="p", pool="a"))
    made.receive(TASK)
    made.receive(change(LABEL, labeler="model"))
    verdicts = [one for one in made.receive(Tick(at=ASKED_UNTIL)) if isinstance(one, Verdict)]
    assert [(one.why, one.labels) for one in verdicts] == [(StopReason.NO_POOL, 1)]


def test_a_task_that_waits_for_another_pool_does_not_hold_up_those_behind_it() -> None:
    """Pool `a` has room, but nobody left for the first task, which waits for pool `b`."""
    either = PolicySettings(name="uniform", min_labels=2, max_labels=2)
    made = taught(("model",), RECENT, Settings(policy=either))
    made.receive(TASK)
    made.receive(change(LABEL, labeler="model"))
    made.receive(change(POOL, capacity_per_hour=60.0))
    made.receive(change(POOL, pool="b", capacity_per_hour=1.0, ask_timeout_s=1e6))
    for number in range(6):
        made.receive(change(TASK, task=f"behind-{number}", at=1.0))
    made.receive(Tick(at=ASKED_UNTIL))
    asks = [one for one in made.receive(Tick(at=2 * ASKED_UNTIL)) if isinstance(one, Ask)]
    assert [ask.pool for ask in asks] == ["a"]
