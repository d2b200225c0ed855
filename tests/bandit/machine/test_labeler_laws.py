"""Laws of the machine labeler: chances, order of classes, saving, bounds, secrecy."""

from __future__ import annotations

import math
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import StateError
from bandit.machine.classes import CLASSES as MOST_CLASSES
from bandit.machine.labeler import MachineLabeler
from bandit.machine.saved import SavedMachine
from tests.bandit.machine.simulated import CLASSES, compass, learn

numbers = st.floats(allow_nan=False, allow_infinity=False)
feature = st.one_of(numbers, st.sampled_from(("red", "blue", "a few words of it", "")), st.text())
many_features = st.dictionaries(st.sampled_from(("a", "b", "c", "d", "e")), feature, max_size=5)
chances = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=4).filter(lambda row: max(row) > 0.01)
call = st.tuples(
    st.integers(0, 30), st.permutations(CLASSES), st.integers(2, 4), many_features, chances
)
Call = tuple[int, list[str], int, dict[str, float | str], list[float]]
calls = st.lists(call, max_size=40)


def do(machine: MachineLabeler, one: Call) -> None:
    task, names, n, features, row = one
    likelihood = [chance + 1e-3 for chance in row[:n]]
    target = [chance / sum(likelihood) for chance in likelihood]
    machine.learn(f"t{task}", names[:n], features, target, likelihood, 1.0 + task)


def as_bytes(machine: MachineLabeler) -> bytes:
    return msgspec.json.encode(machine.saved())


def resumed(machine: MachineLabeler) -> MachineLabeler:
    state = msgspec.json.decode(as_bytes(machine), type=SavedMachine)
    return MachineLabeler.from_saved(state)


def taught(n: int = 300) -> MachineLabeler:
    machine = MachineLabeler()
    for example in compass(9, n):
        learn(machine, example)
    return machine


@settings(max_examples=100, deadline=None)
@given(calls, st.lists(many_features, min_size=1, max_size=5))
def test_whatever_is_learned_chances_are_chances(
    made: list[Call], asked: list[dict[str, float | str]]
) -> None:
    machine = MachineLabeler()
    for one in made:
        do(machine, one)
    for features in asked:
        prior = machine.prior(CLASSES, features)
        assert len(prior) == 4
        assert min(prior) > 0.0
        assert math.isclose(math.fsum(prior), 1.0, abs_tol=1e-12)


@settings(max_examples=60, deadline=None)
@given(calls, st.integers(0, 40))
def test_a_saved_labeler_goes_on_as_the_one_that_was_saved(made: list[Call], cut: int) -> None:
    machine = MachineLabeler()
    for one in made[:cut]:
        do(machine, one)
    again = resumed(machine)
    for one in made[cut:]:
        do(machine, one)
        do(again, one)
    assert as_bytes(again) == as_bytes(machine)


def test_saving_is_exact_through_an_alarm_and_a_full_window() -> None:
    machine = MachineLabeler()
    events = [*compass(1, 1_700), *compass(2, 300, turned=True)]
    for number, example in enumerate(events):
        if number % 170 == 0:
            machine = resumed(machine)
        learn(machine, example)
    straight = MachineLabeler()
    for example in events:
        learn(straight, example)
    assert straight.surprise.alarms == 1
    assert as_bytes(machine) == as_bytes(straight)


def test_classes_in_another_order_get_the_same_chances() -> None:
    machine = taught()
    for example in compass(10, 20):
        prior = dict(zip(CLASSES, machine.prior(CLASSES, example.features), strict=True))
        assert max(prior.values()) > 0.3
        for names in permutations(CLASSES):
            assert machine.prior(names, example.features) == tuple(prior[name] for name in names)


def test_learning_does_not_depend_on_the_order_of_classes_beyond_rounding() -> None:
    machine, other = MachineLabeler(), MachineLabeler()
    turn = [2, 0, 3, 1]
    names = [CLASSES[i] for i in turn]
    for example in compass(9, 200):
        learn(machine, example)
        target = [example.target[i] for i in turn]
        likelihood = [example.likelihood[i] for i in turn]
        other.learn(example.task, names, example.features, target, likelihood)
    for example in compass(10, 20):
        theirs = other.prior(CLASSES, example.features)
        assert machine.prior(CLASSES, example.features) == pytest.approx(theirs, abs=0.02)


def test_a_task_with_some_of_the_classes_gets_the_chances_given_them() -> None:
    machine = taught()
    for example in compass(10, 20):
        both = machine.prior(CLASSES[:2], example.features)
        assert math.isclose(math.fsum(both), 1.0)
        north, east, *_ = machine.prior(CLASSES, example.features)
        assert (both[0] > both[1]) == (north > east)


def test_predicting_changes_nothing() -> None:
    machine = taught(100)
    before = as_bytes(machine)
    for example in compass(11, 30):
        machine.prior(CLASSES, {**example.features, "new": 1.0, "word": "new"})
        machine.prior(("north", "unknown"), example.features)
    assert as_bytes(machine) == before


def test_what_it_does_not_know_gets_a_uniform_prior() -> None:
    machine = taught()
    assert machine.prior(CLASSES, {}) == (0.25,) * 4
    assert machine.prior(CLASSES, {"other": 3.0, "word": "other"}) == (0.25,) * 4
    assert machine.prior(("north", "up"), {"x_mm": 1e6}) == (0.5, 0.5)


def test_gold_of_a_task_that_is_kept_no_longer_is_left_out_if_it_says_so() -> None:
    machine = taught(100)
    before = as_bytes(machine)
    gold = (1.0, 0.0, 0.0, 0.0)
    machine.learn("long ago", CLASSES, {"x_mm": 1e6}, gold, gold, again=True)
    machine.learn("no features", CLASSES, {}, gold, gold)
    assert as_bytes(machine) == before


def test_the_state_is_bounded_and_holds_no_text() -> None:
    """Ever new numbers, words and classes: 1.5 MB at most. 20 numbers and 5 classes: 250 KB."""
    machine = MachineLabeler()
    for i in range(4_000):
        features: dict[str, float | str] = {f"n{j}": float(i + j) for j in range(i, i + 80)}
        features["title"] = f"canary{i} canary{i % 50} canary{i % 7}"
        names = [f"class{i // 40 + j}" for j in range(5)]
        row = [0.8, 0.05, 0.05, 0.05, 0.05]
        machine.learn(f"t{i}", names, features, row, row)
    data = as_bytes(machine)
    assert len(machine.saved().classes) <= MOST_CLASSES
    assert len(data) < 1_500_000
    assert b"canary" not in data
    usual = MachineLabeler()
    for i in range(1_600):
        numbers_ = {f"n{j}": float((i * j) % 17) for j in range(20)}
        usual.learn(f"t{i}", [f"c{j}" for j in range(5)], numbers_, row, row)
    assert len(as_bytes(usual)) < 250_000


@pytest.mark.parametrize(
    "field", ["weights", "scales", "ids", "numbers", "flags", "targets", "foreseen"]
)
def test_a_damaged_state_is_refused(field: str) -> None:
    state = taught(50).saved()
    learner = msgspec.structs.replace(state.learner, **{field: getattr(state.learner, field)[:-1]})
    with pytest.raises(StateError, match=r"saved array: \d+ bytes, where"):
        MachineLabeler.from_saved(msgspec.structs.replace(state, learner=learner))
    with pytest.raises(StateError, match="names"):
        MachineLabeler.from_saved(msgspec.structs.replace(state, classes=["a"]))
