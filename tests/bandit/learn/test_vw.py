"""The Vowpal Wabbit behind the quality model: the same fast or slow, now or after a restart."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.draw import draw
from bandit.errors import BadValue, StateError
from bandit.learn.quality import ARGUMENTS, QualityModel
from bandit.learn.vw import Logistic, escape

SPECIAL = re.compile(r"[|: \n\r\t\v\f\0]")
NAMES = [
    "a|b",
    "a b",
    "a:b",
    "a\nb",
    "a\tb",
    "a%7Cb",
    "a%b",
    "\N{OCTOPUS}",
    "\N{OCTOPUS} ",
    "é",
    "7",
    "007",
    "0",
    "00",
    "a",
    "a\x01",
    "\x01a",
    " a",
    "a=b",
    "x" * 256,
]


def line(number: int) -> str:
    """The text of one made-up example."""
    kind = int(3 * draw(1, "kind", number))
    return f"|t kind=k{kind} length:{draw(1, 'length', number):.6g} |p p{number % 4} "


def right(number: int) -> bool:
    return draw(1, "right", number) < (0.9 if number % 4 else 0.4)


def test_fast_calls_predict_and_learn_what_the_public_ones_do() -> None:
    fast, slow = Logistic(ARGUMENTS), Logistic(ARGUMENTS, fast=False)
    assert fast._fast is not None
    assert slow._fast is None
    for number in range(400):
        assert fast.predict(line(number)) == slow.predict(line(number))
        weight = 0.25 + draw(1, "weight", number)
        fast.learn(line(number), right=right(number), weight=weight)
        slow.learn(line(number), right=right(number), weight=weight)
    assert fast.predict(line(1)) != 0.5


@pytest.mark.parametrize("fast", [True, False])
def test_a_saved_model_goes_on_exactly_as_the_one_that_never_stopped(fast: bool) -> None:
    straight, resumed = Logistic(ARGUMENTS, fast=fast), Logistic(ARGUMENTS, fast=fast)
    for number in range(200):
        for model in (straight, resumed):
            model.learn(line(number), right=right(number))
        if number % 50 == 0:
            resumed = Logistic(ARGUMENTS, resumed.to_bytes(), fast=fast)
        assert straight.predict(line(number)) == resumed.predict(line(number))
    assert straight.to_bytes() == resumed.to_bytes()


def test_a_model_that_was_saved_is_not_changed_by_it() -> None:
    model = Logistic(ARGUMENTS)
    for number in range(50):
        model.learn(line(number), right=right(number))
    assert model.to_bytes() == model.to_bytes()


def test_predictions_teach_nothing() -> None:
    model = QualityModel()
    model.learn({"k": "v"}, "a", {}, 1.0)
    for _ in range(10):
        model.predict({"k": "v"}, {"a": {}, "b": {"queue": 1.0}})
    other = QualityModel()
    other.learn({"k": "v"}, "a", {}, 1.0)
    other.learn({"k": "v"}, "a", {}, 0.0)
    model.learn({"k": "v"}, "a", {}, 0.0)
    assert model.predict({"k": "v"}, {"a": {}}) == other.predict({"k": "v"}, {"a": {}})


def test_bytes_that_are_no_model_are_refused() -> None:
    with pytest.raises(StateError):
        Logistic(ARGUMENTS, b"not a model")


@pytest.mark.parametrize("weight", [0.0, -1.0, math.nan, math.inf, -math.inf])
def test_a_weight_that_would_spoil_the_model_is_refused(weight: float) -> None:
    model = Logistic(ARGUMENTS)
    before = model.to_bytes()
    with pytest.raises(BadValue, match="weight"):
        model.learn("|t a |p b ", right=True, weight=weight)
    assert model.to_bytes() == before


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_an_escaped_name_has_no_special_character_and_differs_from_any_other(
    one: str, other: str
) -> None:
    assert SPECIAL.search(escape(one)) is None
    assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize(("one", "other"), [*pairwise(NAMES), ("a", " a"), ("0", "")])
def test_pools_of_similar_names_are_learned_apart(one: str, other: str) -> None:
    model = QualityModel()
    for _ in range(40):
        model.learn({"k": "v"}, one, {}, 1.0)
        model.learn({"k": "v"}, other, {}, 0.0)
    chances = model.predict({"k": "v"}, {one: {}, other: {}})
    assert chances[one] > 0.8
    assert chances[other] < 0.2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"k": "7"}, {"k": "07"}),
        ({"k": ""}, {"k": " "}),
        ({"k": "a|p b"}, {"k": "a"}),
        ({"k k": "a"}, {"k_k": "a"}),
        ({"k=a": "b"}, {"k": "a=b"}),
        ({"k": "\N{OCTOPUS}"}, {"k": "\N{SPIRAL SHELL}"}),
        ({"7": 1.0}, {"007": 1.0}),
        ({"": "v"}, {"": "w"}),
        ({"": 1.0}, {"": -1.0}),
    ],
)
def test_features_of_similar_names_or_texts_are_learned_apart(
    one: dict[str, float | str], other: dict[str, float | str]
) -> None:
    model = QualityModel()
    for _ in range(60):
        model.learn(one, "p", {}, 1.0)
        model.learn(other, "p", {}, 0.0)
    assert model.predict(one, {"p": {}})["p"] > 0.7
    assert model.predict(other, {"p": {}})["p"] < 0.3


@pytest.mark.parametrize(
    "value", [1e300, -1e300, 1.7e308, 3.5e38, 1e30, 1e20, 2.0**63, 1e-30, 5e-324, -5e-324, 0.0]
)
def test_a_huge_or_tiny_feature_spoils_nothing(value: float) -> None:
    """Neither what was learned before, nor what that example itself teaches of its pool."""
    model = QualityModel()
    for _ in range(50):
        model.learn({"k": "v"}, "good", {}, 1.0)
        model.learn({"k": "v"}, "bad", {}, 0.0)
    known = model.predict({"k": "v", "x": value}, {"good": {}, "bad": {}})
    assert 0.5 < known["good"] < 1.0
    assert 0.0 < known["bad"] < 0.5
    for quality in (1.0, 0.0, 0.5):
        model.learn({"k": "v", "x": value}, "good", {}, quality)
    after = model.predict({"k": "v"}, {"good": {}, "bad": {}})
    assert after["good"] > 0.8
    assert after["bad"] < 0.2
    for _ in range(50):
        model.learn({"x": value}, "new", {}, 1.0)
    assert model.predict({"x": value}, {"new": {}})["new"] > 0.7


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.text(max_size=5), st.one_of(st.text(), st.floats(allow_nan=False))),
            st.text(min_size=1),
            st.floats(0.0, 1.0),
        ),
        max_size=8,
    )
)
def test_predictions_stay_chances_whatever_is_learned(
    examples: list[tuple[dict[str, float | str], str, float]],
) -> None:
    for features, pool, quality in examples:
        finite = {
            key: value
            for key, value in features.items()
            if isinstance(value, str) or math.isfinite(value)
        }
        MODEL.learn(finite, pool, {"queue": 0.5}, quality)
        chance = MODEL.predict(finite, {pool: {"queue": 0.5}})[pool]
        assert 0.0 < chance < 1.0
    assert 0.0 < MODEL.predict({"k": "v"}, {"p": {}})["p"] < 1.0


def test_a_chance_that_single_precision_rounds_to_one_stays_below_it() -> None:
    model = Logistic("-b 18")
    for _ in range(200):
        model.learn("|t big:1e6", right=True)
        model.learn("|t other:1e6", right=False)
    assert 0.999 < model.predict("|t big:1e9") < 1.0
    assert 0.0 < model.predict("|t other:1e9") < 0.001


MODEL = QualityModel()
"""One model for all examples of the test above: what one spoils, the next one sees."""
