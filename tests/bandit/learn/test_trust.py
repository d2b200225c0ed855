"""How far the quality model is believed, by the laws that a blend of two experts keeps."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from bandit.learn.trust import BLEND, Trust

CHANCES = st.floats(1e-9, 1.0 - 1e-9)
RATES = st.floats(0.014, 0.996)
"""What a record's rate can be, shrunk as it is."""

JUDGED = st.lists(st.tuples(st.floats(0.0, 1.0), CHANCES, CHANCES, RATES), max_size=40)


def trusted(judged: list[tuple[float, float, float, float]]) -> Trust:
    trust = Trust()
    for quality, shared, own, rate in judged:
        trust.judge(quality, shared=shared, own=own, rate=rate)
    return trust


@given(JUDGED, st.integers(0, 10**9), CHANCES, RATES)
def test_what_is_believed_lies_between_the_model_and_the_record(
    judged: list[tuple[float, float, float, float]], count: int, chance: float, rate: float
) -> None:
    found = trusted(judged).blend(count, chance, rate)
    assert min(chance, rate) - 1e-12 <= found <= max(chance, rate) + 1e-12


@given(JUDGED, CHANCES, RATES)
def test_before_any_label_of_a_pool_is_judged_its_record_speaks_alone(
    judged: list[tuple[float, float, float, float]], chance: float, rate: float
) -> None:
    assert math.isclose(trusted(judged).blend(0, chance, rate), rate, rel_tol=1e-12)


@given(st.integers(0, 10**6), CHANCES, RATES)
def test_where_nothing_speaks_for_either_the_count_decides(
    count: int, chance: float, rate: float
) -> None:
    wanted = (count * chance + BLEND * rate) / (count + BLEND)
    assert Trust().blend(count, chance, rate) == wanted


@given(st.lists(st.tuples(st.floats(0.0, 1.0), CHANCES, RATES), max_size=40))
def test_ways_that_foretell_alike_are_one(judged: list[tuple[float, float, float]]) -> None:
    trust = trusted([(quality, chance, chance, rate) for quality, chance, rate in judged])
    assert trust.own == trust.shared
    assert not trust.apart


def test_who_was_right_for_long_is_doubted_within_a_few_labels() -> None:
    """The worst that a neighbour can do: a model that was good here turns bad at once."""
    trust = trusted([(1.0, 0.97, 0.97, 0.75)] * 2000)
    assert trust.blend(2000, 0.97, 0.75) > 0.96
    labels = 0
    while trust.blend(2000, 0.97, 0.75) > 0.86:  # half way
        trust.judge(0.0, shared=0.97, own=0.97, rate=0.75)
        labels += 1
    assert labels <= 15
