"""What is kept of a task's features, and under which name."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.errors import EventError
from bandit.events import DeadLetter, Decision, Reward
from bandit.features.reduced import LONGEST_TEXT, LONGEST_VECTOR, MOST_NUMBERS, reduced
from tests.bandit.small import GOLD, LABEL, SECOND, TASK, change, engine

if TYPE_CHECKING:
    from bandit.events import Feature

LONG = "a text that is longer than what is kept of a text, which is 64 characters"
FEATURES: dict[str, Feature] = {"lang": "en", "length": 83.0, "x" * 200: "y" * LONGEST_TEXT}
VECTORS = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=200).map(tuple)


def kept(features: dict[str, Feature]) -> dict[str, Feature]:
    found: dict[str, Feature] = reduced(change(TASK, features=features)).features
    return found


def test_numbers_and_short_texts_stay_as_they_are() -> None:
    task = change(TASK, features=FEATURES)
    assert reduced(task) is task


def test_up_to_64_numbers_in_all_are_kept_at_six_digits() -> None:
    found = kept({**FEATURES, "a": (1 / 3,) * 60, "b": (1e-9, -2.0, 0.0, 12345678.0)})
    assert found == {**FEATURES, "a[60]": (0.333333,) * 60, "b[4]": (1e-9, -2.0, 0.0, 12345700.0)}


def test_more_are_projected_and_short_vectors_stay() -> None:
    found = kept({"image": (0.5,) * 384, "place": (0.1, 0.2), "lang": "en"})
    assert {name: len(value) for name, value in found.items() if isinstance(value, tuple)} == {
        "image[384>32]": 32,
        "place[2]": 2,
    }
    assert found["place[2]"] == (0.1, 0.2)
    assert list(kept({"image": (0.5,) * 384})) == ["image[384>64]"]


def test_a_vector_of_another_length_is_another_feature() -> None:
    """So no model takes the third number of one for the third number of the other."""
    names = [name for n in (2, 3, 64, 65, 384, 768) for name in kept({"v": (1.0,) * n})]
    assert names == ["v[2]", "v[3]", "v[64]", "v[65>64]", "v[384>64]", "v[768>64]"]


def test_a_long_text_is_a_vector_of_its_words_and_its_raw_text_is_gone() -> None:
    found = kept({"comment": LONG, "lang": "en"})
    assert list(found) == ["comment[words>64]", "lang"]
    assert "longer" not in repr(found)
    assert list(kept({"comment": LONG, "image": (1.0, 2.0)})) == ["comment[words>32]", "image[2]"]


@given(st.dictionaries(st.sampled_from("abcdef"), st.one_of(VECTORS, st.just(LONG)), min_size=1))
def test_there_are_never_more_than_64_numbers_and_all_are_finite(
    features: dict[str, Feature],
) -> None:
    found = kept(features)
    numbers = [number for value in found.values() if isinstance(value, tuple) for number in value]
    assert len(found) == len(features)
    assert len(numbers) <= MOST_NUMBERS
    assert all(map(math.isfinite, numbers))
    assert kept(features) == found


@pytest.mark.parametrize(
    ("rule", "says", "features"),
    [
        ("bad_vector", "'v': a vector of 0 numbers", {"v": ()}),
        ("bad_vector", "a vector of 65,537 numbers", {"v": (0.0,) * (LONGEST_VECTOR + 1)}),
        ("bad_vector", "number nan in a vector", {"v": (1.0, math.nan)}),
        ("bad_vector", "number -inf in a vector", {"v": (-math.inf,)}),
        ("bad_vector", "number 1e+13 in a vector: must be between -1e+12", {"v": (1e13,)}),
        ("bad_vector", "65 vectors and long texts", {f"v{n}": (1.0,) for n in range(65)}),
        ("reserved_name", "'v[2]' has the name", {"v": (1.0, 2.0), "v[2]": 3.0}),
        ("reserved_name", "'v[2]' has the name", {"v[2]": "x", "v": (1.0, 2.0)}),
    ],
)
def test_a_bad_vector_is_one_dead_letter_and_changes_nothing(
    rule: str, says: str, features: dict[str, Feature]
) -> None:
    made = engine()
    changes = made.changes()
    (letter,) = made.receive(change(TASK, features=features))
    assert isinstance(letter, DeadLetter)
    assert (letter.rule, "\n" in letter.message) == (rule, False)
    assert letter.message.startswith("task 't1': ")
    assert says in letter.message
    assert made.changes() == changes


def test_the_largest_numbers_do_not_overflow() -> None:
    (found,) = kept({"v": (1e12,) * LONGEST_VECTOR}).values()
    assert isinstance(found, tuple)
    assert all(map(math.isfinite, found))


def test_the_largest_features_take_a_fraction_of_a_second() -> None:
    """A megabyte of either is more than a record holds; 2 s leave room for a busy machine."""
    text = " ".join(f"{n:x}" for n in range(100_000))
    kept({"v": (0.5,) * LONGEST_VECTOR, "t": text})  # draws the entries
    begin = time.perf_counter()
    kept({"v": (0.5,) * LONGEST_VECTOR, "t": text})
    assert time.perf_counter() - begin < 2.0


def test_decisions_and_rewards_have_what_is_kept() -> None:
    sent = change(TASK, features={**FEATURES, "comment": LONG, "image": (0.5,) * 100})
    made = engine()
    out = [one for event in (sent, LABEL, SECOND, GOLD) for one in made.receive(event)]
    logged = [one.features for one in out if isinstance(one, Decision | Reward)]
    assert len(logged) == 7
    for features in logged:
        assert {n: v for n, v in features.items() if not n.startswith("poolwise.")} == kept(
            sent.features
        )


def test_a_repeat_is_known_by_what_is_kept_or_by_what_was_sent() -> None:
    """Desks of releases before hold tasks as they were sent."""
    sent = change(TASK, features={"comment": LONG})
    made = engine(sent)
    assert made.receive(sent) == []
    assert made.counters["repeated_task"] == 1
    made = engine(TASK)
    state = made._desks.of(0).task("t1")
    assert state is not None
    state.task = sent
    assert made.receive(sent) == []
    assert made.counters["repeated_task"] == 1
    (letter,) = made.receive(change(sent, features={"comment": LONG + "!?" + LONG + " indeed"}))
    assert isinstance(letter, DeadLetter)
    assert letter.rule == "contradicts"


def test_only_event_errors_come_out() -> None:
    with pytest.raises(EventError, match="'v': a vector of 0 numbers"):
        reduced(change(TASK, features={"v": ()}))
