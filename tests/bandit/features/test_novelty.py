"""Novelty and paces: what is new, what is forgotten, and states that go on to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.features.novelty import ALL_TASKS, FIRST_TASKS, ONE_IN, WORDS, Novelty
from bandit.features.type_pace import TYPES, TypePaces

if TYPE_CHECKING:
    from bandit.events import Feature

NUMBERS = st.floats(-1e6, 1e6)
FEATURES = st.dictionaries(
    st.sampled_from(["a", "b", "poolwise.labels"]), NUMBERS | st.sampled_from(["x", "y z"])
) | st.fixed_dictionaries({"v[2]": st.tuples(NUMBERS, NUMBERS)})


def seen(tasks: int) -> Novelty:
    novelty = Novelty()
    for i in range(tasks):
        novelty.learn({"x": float(i % 7), "lang": "en", "v[2]": (float(i % 3), 1.0), "same": 5.0})
    return novelty


def test_each_kind_of_feature_can_be_new() -> None:
    usual: dict[str, Feature] = {"x": 3.0, "lang": "en", "v[2]": (1.0, 1.0), "same": 5.0}
    novelty = seen(100)
    assert novelty.of(usual) == 0.0
    odd: dict[str, Feature] = {
        "x": 40.0,
        "lang": "de",
        "v[2]": (1.0, 9.0),
        "same": 5.1,
        "more": 1.0,
    }
    for name, value in odd.items():
        assert novelty.of({**usual, name: value}) == round(1 / len({**usual, name: value}), 4)
    assert novelty.of(odd) == 1.0


def test_before_thirty_tasks_nothing_is_known_and_without_features_nothing_is_new() -> None:
    assert seen(FIRST_TASKS - 1).of({"x": 900.0}) is None
    assert seen(FIRST_TASKS).of({"x": 900.0}) == 1.0
    assert seen(100).of({}) is None


def test_later_one_task_in_eight_is_learned_and_a_new_word_becomes_usual() -> None:
    novelty = seen(ALL_TASKS)
    for i in range(ONE_IN):
        assert novelty.of({"lang": "de"}) == 1.0, i
        novelty.learn({"lang": "de"})
    assert novelty.of({"lang": "de"}) == 0.0


def test_words_are_bounded_and_the_one_away_longest_goes() -> None:
    novelty = Novelty()
    for i in range(ALL_TASKS):
        novelty.learn({"title": " ".join(f"w{12 * i + j}" for j in range(12))})
    assert len(novelty.saved().words) == WORDS
    assert novelty.of({"title": "w0"}) == 1.0
    assert novelty.of({"title": f"w{12 * ALL_TASKS - 1}"}) == 0.0


@given(st.lists(FEATURES, max_size=60), st.lists(FEATURES, max_size=20))
@settings(max_examples=60, deadline=None)
def test_a_saved_state_goes_on_as_one_that_was_never_saved(
    before: list[dict[str, Feature]], after: list[dict[str, Feature]]
) -> None:
    whole = Novelty()
    for features in before:
        whole.learn(features)
    resumed = Novelty.from_saved(whole.saved())
    for features in after:
        assert resumed.of(features) == whole.of(features)
        whole.learn(features)
        resumed.learn(features)
    assert resumed.saved() == whole.saved()


def test_a_vector_of_another_length_is_new_and_teaches_nothing() -> None:
    """Names say how long a vector is, but not in logs of releases that kept vectors as sent."""
    novelty = seen(100)
    before = novelty.saved()
    assert novelty.of({"v[2]": (1.0, 1.0, 1.0)}) == 1.0
    for _ in range(ONE_IN):
        novelty.learn({"v[2]": (1.0, 1.0, 1.0)})
    assert novelty.saved().vectors == before.vectors
    assert novelty.saved().numbers == before.numbers


def test_paces_compare_with_the_same_type_in_the_same_pool() -> None:
    paces = TypePaces()
    for _ in range(200):
        paces.learn({"type": "long"}, "a", 300.0)
        paces.learn({"type": "short"}, "a", 30.0)
    long, short = (paces.of({"type": kind}, "a", 95.0) for kind in ("long", "short"))
    assert long is not None
    assert short is not None
    assert -1.3 < long < -1.0 < 1.0 < short < 1.3
    assert paces.of({"type": "long"}, "b", 95.0) == 0.0
    assert paces.of({"type": 3.0}, "a", 95.0) is None
    assert TypePaces.from_saved(paces.saved()).saved() == paces.saved()


def test_types_are_bounded() -> None:
    paces = TypePaces()
    for i in range(TYPES + 10):
        paces.learn({"type": f"t{i}"}, "a", 3.0)
    assert len(paces.saved()) == TYPES
