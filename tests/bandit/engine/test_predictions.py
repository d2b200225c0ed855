"""Predictions of the user's own models: when they count, when they wait, when they are refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.engine.predictions import MOST_BYTES, MOST_SOURCES
from bandit.events import Control, DeadLetter, Decision, Input, Prediction, Reward, Tick
from tests.bandit.small import GOLD, LABEL, POOL, SECOND, TASK, change, engine, kinds

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Output

CHANCES = {"yes": 0.75, "no": 0.25}
MODEL = Prediction(task="t1", source="model", chances=CHANCES, at=0.0)
JUDGE = change(MODEL, source="judge", chances={"no": 1.0})
PAUSE = Control(at=0.0, project="p", paused=True)


def logged(out: list[Output]) -> list[dict[str, Any]]:
    """Predictions in the decisions and rewards of an output."""
    return [one.predictions for one in out if isinstance(one, Decision | Reward)]


def held(made: Engine) -> int:
    return made._desks.of(0).state.waiting_predictions


def restored(made: Engine) -> Engine:
    """An engine that takes over from the records of another."""
    records = [(key, value) for _, key, value in made.changes()]
    again = engine()
    again.restore(0, [(b"desk", b"{}"), *records])
    return again


def test_predictions_before_the_task_stand_in_its_decisions_and_rewards() -> None:
    made = engine(MODEL, JUDGE)
    assert held(made) == 1
    out = [made.receive(event) for event in (TASK, LABEL, SECOND, GOLD)]
    both = {"model": CHANCES, "judge": {"no": 1.0}}
    found = [one for some in out for one in logged(some)]
    assert kinds(out[2])[-2:] == ["Reward", "Reward"]
    assert len(found) > 5
    assert all(one == both for one in found)
    assert held(made) == 0


def test_a_task_without_predictions_has_none() -> None:
    made = engine(change(MODEL, task="another"))
    assert logged(made.receive(TASK)) == [{}]
    assert held(made) == 1


def test_a_prediction_of_a_task_that_is_known_but_not_decided_about_counts() -> None:
    made = engine(PAUSE, TASK)
    assert made.receive(MODEL) == []
    assert made.counters["late_prediction"] == 0
    made.receive(change(PAUSE, paused=False))
    assert logged(made.receive(Tick(at=1.0))) == [{"model": CHANCES}]


@pytest.mark.parametrize("before", [(TASK,), (TASK, LABEL, SECOND), (TASK, GOLD)])
def test_what_comes_after_the_first_decision_is_counted_and_ignored(
    before: tuple[Input, ...],
) -> None:
    made = engine(*before)
    changes = made.changes()
    assert made.receive(MODEL) == []
    assert made.counters["late_prediction"] == 1
    assert made.changes() == changes
    assert all(one == {} for one in logged(made.receive(change(LABEL, ask=2, labeler="w2"))))


def test_a_repeat_is_counted_whatever_its_time_and_whenever_it_comes() -> None:
    made = engine(MODEL)
    made.receive(change(MODEL, at=9.0))
    made.receive(TASK)
    made.receive(MODEL)
    assert made.counters["repeated_prediction"] == 2
    assert made.counters["late_prediction"] == 0


def test_predictions_wait_as_long_as_gold_since_the_last_came() -> None:
    made = engine(MODEL)
    made.receive(Tick(at=60.0))
    made.receive(JUDGE)
    assert made.receive(Tick(at=159.0)) == []
    out = [one for one in made.receive(Tick(at=160.0)) if isinstance(one, DeadLetter)]
    assert [(letter.rule, letter.message) for letter in out] == [
        ("unknown_task", f"prediction of {name!r} for task 't1': no such task came within 100 s")
        for name in ("model", "judge")
    ]
    assert held(made) == 0
    assert logged(made.receive(TASK)) == [{}]


def test_predictions_that_wait_survive_a_restart_and_a_reset_of_the_clock() -> None:
    made = engine(Tick(at=1000.0), MODEL)
    made.receive(Tick(at=10.0, reset=True))
    again = restored(made)
    assert held(again) == 1
    assert again.receive(Tick(at=100.0)) == []
    assert logged(again.receive(TASK)) == [{"model": CHANCES}]
    assert restored(made).receive(Tick(at=110.0))[0].rule == "unknown_task"  # type: ignore[union-attr] # the one letter


def test_dropped_predictions_never_were() -> None:
    made = engine()
    made.keep()
    made.receive(MODEL)
    made.drop()
    assert held(made) == 0
    assert logged(made.receive(TASK)) == [{}]


def test_a_prediction_that_does_not_fit_its_task_is_refused_and_the_others_count() -> None:
    made = engine(change(MODEL, chances={"maybe": 1.0}), JUDGE)
    out = made.receive(TASK)
    assert kinds(out) == ["DeadLetter", "Decision", "Ask"]
    assert isinstance(out[0], DeadLetter)
    assert out[0].rule == "unknown_class"
    assert out[0].message == (
        "prediction of 'model' for task 't1': class 'maybe' is not one of ['yes', 'no']"
    )
    assert logged(out) == [{"judge": {"no": 1.0}}]


MANY = tuple(change(MODEL, source=f"m{n}") for n in range(MOST_SOURCES))
LONG = {f"{'x' * 200}{n}": 1.0 / 300 for n in range(300)}
REFUSED: list[tuple[str, str, tuple[Input, ...], Prediction]] = [
    # the rule, the message, what came before, what is refused
    ("bad_id", "source ''", (), change(MODEL, source="")),
    ("bad_id", "task ''", (), change(MODEL, task="")),
    ("bad_number", "prediction of 'model' for task 't1': at", (), change(MODEL, at=math.nan)),
    (
        "bad_chances",
        "chance -0.5 of 'no': must be between 0 and 1",
        (),
        change(MODEL, chances={"yes": 1.0, "no": -0.5}),
    ),
    ("bad_chances", "chance 1.5 of 'yes'", (), change(MODEL, chances={"yes": 1.5, "no": -0.5})),
    ("bad_chances", "chance nan of 'yes'", (), change(MODEL, chances={"yes": math.nan})),
    ("bad_chances", "chance inf of 'yes'", (), change(MODEL, chances={"yes": math.inf})),
    (
        "bad_chances",
        "the chances sum to 0.9: must be 1, within 1e-06",
        (),
        change(MODEL, chances={"yes": 0.6, "no": 0.3}),
    ),
    (
        "bad_chances",
        "sum to 1.000002",
        (TASK,),
        change(MODEL, chances={"yes": 1e-6, "no": 1 + 1e-6}),
    ),
    ("bad_chances", "the chances sum to 0:", (), change(MODEL, chances={})),
    ("unknown_class", "class 'maybe'", (PAUSE, TASK), change(MODEL, chances={"maybe": 1.0})),
    ("unknown_class", "class 'maybe'", (TASK,), change(MODEL, chances={"maybe": 1.0})),
    (
        "contradicts",
        "'model' for task 't1': contradicts the earlier one of this source, which is kept",
        (MODEL,),
        change(MODEL, chances={"yes": 1.0}),
    ),
    ("contradicts", "'model'", (PAUSE, TASK, MODEL), change(MODEL, chances={"yes": 1.0})),
    ("too_many_predictions", "16 sources", MANY, change(MODEL, source="one more")),
    ("too_many_predictions", "bytes, over the limit of 65,536", (), change(MODEL, chances=LONG)),
    (
        "unknown_task",
        "predictions for 3 others wait already, the limit (memory.max_waiting_gold)",
        tuple(change(MODEL, task=f"other{n}") for n in range(3)),
        MODEL,
    ),
]


@pytest.mark.parametrize(("rule", "says", "before", "event"), REFUSED)
def test_a_bad_prediction_is_one_dead_letter_and_changes_nothing(
    rule: str, says: str, before: tuple[Input, ...], event: Prediction
) -> None:
    made = engine(*before)
    changes = made.changes()
    (letter,) = made.receive(event)
    assert isinstance(letter, DeadLetter)
    assert (letter.rule, "\n" in letter.message) == (rule, False)
    assert says in letter.message
    assert made.counters[rule] == 1
    assert made.changes() == changes


def test_many_classes_of_long_names_stay_below_the_limit() -> None:
    """The limit is of bytes: 16 models of a task with 100 classes fit."""
    classes = {f"class {n}": 0.01 for n in range(100)}
    made = engine()
    for n in range(MOST_SOURCES):
        assert made.receive(change(MODEL, source=f"m{n}", chances=classes)) == []
    assert 16 * len(str(classes)) < MOST_BYTES


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=8).filter(lambda some: sum(some) > 1e-3))
def test_chances_that_a_program_normalised_are_accepted(weights: list[float]) -> None:
    """Also those rounded to single precision."""
    total = math.fsum(weights)
    names = [f"c{n}" for n in range(len(weights))]
    chances = {name: weight / total for name, weight in zip(names, weights, strict=True)}
    rounded = {name: round(chance, 8) for name, chance in chances.items()}
    for one in (chances, rounded):
        assert engine().receive(change(MODEL, chances=one)) == []


def test_a_pool_needs_nothing_of_it() -> None:
    """A prediction costs nothing and asks nobody."""
    made = engine(POOL, PAUSE, TASK)
    assert made.receive(MODEL) == []
    assert made.open_asks() == 0
