"""Every rule that refuses, ignores or merely counts an input, one line each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from bandit.events import (
    STOP,
    Ask,
    DeadLetter,
    Reward,
    Task,
    Tick,
)
from tests.bandit.small import (
    DECLINE,
    GOLD,
    LABEL,
    POOL,
    SECOND,
    TASK,
    change,
    engine,
    kinds,
)

if TYPE_CHECKING:
    from bandit.events import Input


REFUSED: list[tuple[str, str, str, tuple[Input, ...], Input]] = [
    # what it is, the rule, what the message names, what came before, what is refused
    ("a label for a task nobody knows", "unknown_task", "t1", (), LABEL),
    ("a decline for a task nobody knows", "unknown_task", "t1", (), DECLINE),
    ("a label for an ask nobody made", "unknown_ask", "7", (TASK,), change(LABEL, ask=7)),
    ("a label for ask 0", "unknown_ask", "0", (TASK,), change(LABEL, ask=0)),
    ("a label for a negative ask", "unknown_ask", "-1", (TASK,), change(LABEL, ask=-1)),
    ("a decline for an ask nobody made", "unknown_ask", "9", (TASK,), change(DECLINE, ask=9)),
    (
        "a label for the decision to stop",
        "unknown_ask",
        "3",
        (TASK, LABEL, SECOND),
        change(LABEL, label="l3", ask=3, labeler="w3"),
    ),
    ("a label from another pool", "wrong_pool", "'b'", (TASK,), change(LABEL, pool="b")),
    ("a decline from another pool", "wrong_pool", "'b'", (TASK,), change(DECLINE, pool="b")),
    (
        "a second label for an ask",
        "second_label",
        "l9",
        (TASK, LABEL),
        change(LABEL, label="l9", labeler="w9"),
    ),
    (
        "a label that changes its mind",
        "second_label",
        "l1",
        (TASK, LABEL),
        change(LABEL, answer="no"),
    ),
    ("a label after its decline", "declined_ask", "l1", (TASK, DECLINE), LABEL),
    (
        "an answer that is no class",
        "unknown_answer",
        "'maybe'",
        (TASK,),
        change(LABEL, answer="maybe"),
    ),
    ("an empty answer", "unknown_answer", "''", (TASK,), change(LABEL, answer="")),
    ("a label without a labeler", "bad_id", "labeler", (TASK,), change(LABEL, labeler="")),
    ("a label without an id", "bad_id", "label", (TASK,), change(LABEL, label="")),
    ("a labeler of 257 bytes", "bad_id", "labeler", (TASK,), change(LABEL, labeler="x" * 257)),
    (
        "a labeler of 65 octopuses",
        "bad_id",
        "labeler",
        (TASK,),
        change(LABEL, labeler="\N{OCTOPUS}" * 65),
    ),
    ("a label at no time", "bad_number", "at", (TASK,), change(LABEL, at=math.nan)),
    ("a label at the end of time", "bad_number", "at", (TASK,), change(LABEL, at=1e300)),
    ("a label with a negative price", "bad_number", "usd", (TASK,), change(LABEL, usd=-0.01)),
    ("a label with an endless price", "bad_number", "usd", (TASK,), change(LABEL, usd=math.inf)),
    (
        "negative seconds",
        "bad_number",
        "seconds_spent",
        (TASK,),
        change(LABEL, seconds_spent=-1.0),
    ),
    ("a decline at no time", "bad_number", "at", (TASK,), change(DECLINE, at=math.inf)),
    ("a pool called stop", "reserved_name", "stop", (), change(POOL, pool=STOP)),
    ("a pool without a name", "bad_id", "pool", (), change(POOL, pool="")),
    ("a negative price", "bad_number", "usd_per_label", (), change(POOL, usd_per_label=-0.05)),
    (
        "a price that is no number",
        "bad_number",
        "usd_per_label",
        (),
        change(POOL, usd_per_label=math.nan),
    ),
    ("an absurd price", "bad_number", "usd_per_label", (), change(POOL, usd_per_label=1e300)),
    (
        "a negative capacity",
        "bad_number",
        "capacity_per_hour",
        (),
        change(POOL, capacity_per_hour=-1.0),
    ),
    ("a negative delay", "bad_number", "expected_delay_s", (), change(POOL, expected_delay_s=-1.0)),
    ("a timeout of nothing", "bad_number", "ask_timeout_s", (), change(POOL, ask_timeout_s=0.0)),
    ("an endless timeout", "bad_number", "ask_timeout_s", (), change(POOL, ask_timeout_s=1e308)),
    ("one class", "bad_classes", "'yes'", (), change(TASK, classes=("yes",))),
    ("no class", "bad_classes", "t1", (), change(TASK, classes=())),
    ("a class named twice", "bad_classes", "'no'", (), change(TASK, classes=("no", "yes", "no"))),
    ("an empty class", "bad_id", "class", (), change(TASK, classes=("yes", ""))),
    ("a task without a name", "bad_id", "task", (), change(TASK, task="")),
    ("a task without a project", "bad_id", "project", (), change(TASK, project="")),
    ("half a character", "bad_id", "task", (), change(TASK, task="\ud83d")),
    (
        "a feature that is no number",
        "bad_number",
        "'f'",
        (),
        change(TASK, features={"f": math.nan}),
    ),
    ("an endless feature", "bad_number", "'f'", (), change(TASK, features={"f": -math.inf})),
    ("an answer worth nothing", "bad_number", "value_usd", (), change(TASK, value_usd=0.0)),
    ("certainty", "bad_number", "target_accuracy", (), change(TASK, target_accuracy=1.0)),
    (
        "an accuracy of nothing",
        "bad_number",
        "target_accuracy",
        (),
        change(TASK, target_accuracy=math.nan),
    ),
    ("a deadline at no time", "bad_number", "deadline_at", (), change(TASK, deadline_at=math.inf)),
    ("a task at the end of time", "bad_number", "at", (), change(TASK, at=-1e300)),
    ("a task that says something else", "contradicts", "'t1'", (TASK,), change(TASK, at=1.0)),
    ("gold that contradicts gold", "contradicts", "'no'", (TASK, GOLD), change(GOLD, answer="no")),
    ("waiting gold contradicted", "contradicts", "'no'", (GOLD,), change(GOLD, answer="no")),
    ("gold that is no class", "unknown_answer", "'maybe'", (TASK,), change(GOLD, answer="maybe")),
    ("gold of no task", "bad_id", "task", (), change(GOLD, task="")),
    ("gold at no time", "bad_number", "at", (), change(GOLD, at=math.nan)),
    (
        "gold when too much of it waits",
        "unknown_task",
        "t1",
        tuple(change(GOLD, task=f"other{n}") for n in range(3)),
        GOLD,
    ),
    ("a tick that goes back", "tick_back", "3", (Tick(at=5.0),), Tick(at=3.0)),
    ("a tick too far ahead", "tick_ahead", "9999", (Tick(at=5.0),), Tick(at=9999.0)),
    ("a tick at no time", "bad_number", "tick", (Tick(at=5.0),), Tick(at=math.nan)),
]


@pytest.mark.parametrize(
    ("rule", "names", "before", "event"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_an_event_that_breaks_a_rule_is_a_dead_letter_and_changes_nothing(
    rule: str, names: str, before: tuple[Input, ...], event: Input
) -> None:
    made = engine(*before)
    changes = made.changes()
    (letter,) = made.receive(event)
    assert isinstance(letter, DeadLetter)
    assert letter.rule == rule
    assert names in letter.message
    assert "\n" not in letter.message
    assert made.counters[rule] >= 1
    if not isinstance(event, Tick):
        assert made.changes() == changes


IGNORED: list[tuple[str, tuple[Input, ...], Input]] = [
    ("repeated_task", (TASK,), TASK),
    ("repeated_task", (TASK, LABEL, SECOND), TASK),
    ("repeated_label", (TASK, LABEL), LABEL),
    ("repeated_label", (TASK, LABEL, SECOND), SECOND),
    ("repeated_gold", (GOLD,), GOLD),
    ("repeated_gold", (GOLD, TASK), change(GOLD, source="another")),
    ("late_decline", (TASK, DECLINE), DECLINE),
    ("late_decline", (TASK, LABEL), DECLINE),
]


@pytest.mark.parametrize(("counter", "before", "event"), IGNORED)
def test_a_repeat_is_counted_and_changes_nothing(
    counter: str, before: tuple[Input, ...], event: Input
) -> None:
    made = engine(*before)
    changes, counted = made.changes(), made.counters[counter]
    assert made.receive(event) == []
    assert made.counters[counter] == counted + 1
    assert made.changes() == changes


def test_a_repeat_is_known_after_a_restart_too() -> None:
    made = engine(change(TASK, payload={"url": ["x", 1, None]}, skills=()), LABEL)
    made.keep()
    assert made.receive(change(TASK, payload={"url": ["x", 1, None]})) == []
    assert made.receive(LABEL) == []


@pytest.mark.parametrize(
    "name", ["a|b", "a b", ":", "\n", "\0", "%7C", "\N{OCTOPUS}", "x" * 256, "\x1f", "7", "é"]
)
def test_any_name_of_1_to_256_bytes_is_a_name(name: str) -> None:
    """Pool, project, task, classes, labeler: all are called so, and nothing is confused."""
    made = engine()
    made.receive(change(POOL, pool="a", open=False))
    made.receive(change(POOL, pool=name))
    task = Task(task=name, project=name, at=0.0, classes=(name, "no"), features={name: name})
    _, ask = made.receive(task)
    assert isinstance(ask, Ask)
    assert ask.pool == name
    label = change(LABEL, task=name, pool=name, labeler=name, answer=name, label=name)
    assert kinds(made.receive(label)) == ["Decision", "Ask"]
    out = made.receive(change(label, ask=2, labeler="w2", label="l2"))
    assert kinds(out) == ["Decision", "Verdict", "Reward", "Reward"]
    for event in out:
        if isinstance(event, Reward):
            assert made.receive(event) == []
    made.keep()
    assert made.open_tasks() == made.open_asks() == 0
