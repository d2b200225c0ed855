"""Rounds of labels: their values are those of an enumeration, and more time is never worse."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.decide.rounds import Rounds
from bandit.labels.ambiguity import LEVELS
from bandit.labels.look_ahead import Outlook

MOST = 4
shares = st.floats(0.02, 0.98)


def outlook(first: float, right: float) -> Outlook:
    """Two classes, one pool of labelers who are right independently of each other."""
    levels = np.zeros((1, len(LEVELS), 1, 2, 2))
    levels[0, 0] = 1.0
    joint = np.array([[[0.0, first], [1.0 - first, 0.0]]])
    row = np.array([[right, 1.0 - right], [1.0 - right, right]])
    return Outlook(joint, row[None, None], levels)


def values(rounds: Rounds, first: float, right: float) -> list[float]:
    ahead = outlook(first, right)
    leaders = ahead.leaders()
    each = ahead.sequences(np.arange(2), leaders, MOST)
    found: list[float] = rounds.values(each[0], leaders, 1.0, MOST).tolist()
    return found


def enumerated(rounds: Rounds, first: float, right: float) -> list[float]:
    """The same by walking through every sequence of answers, with chances and not with counts."""

    def after(chance: float, answer: int) -> tuple[float, float]:
        likely = (right, 1.0 - right) if answer == 0 else (1.0 - right, right)
        total = chance * likely[0] + (1.0 - chance) * likely[1]
        return total, chance * likely[0] / total

    @cache
    def of_batch(chance: float, asked: int, left: int, rounds_left: int) -> float:
        come = [1.0 if n == asked else 0.0 for n in range(asked + 1)]
        if rounds_left == 1:
            come = np.polynomial.polynomial.polypow(
                [1.0 - rounds.in_time, rounds.in_time], asked
            ).tolist()
        value = -asked * rounds.cost - (asked > 0) * rounds.delay
        for n, weight in enumerate(come):
            for answers in product((0, 1), repeat=n):
                likely, now = 1.0, chance
                for answer in answers:
                    total, now = after(now, answer)
                    likely *= total
                value += weight * likely * best(now, left - n, rounds_left - 1)
        return value

    def best(chance: float, left: int, rounds_left: int) -> float:
        now = max(chance, 1.0 - chance)
        if not rounds_left:
            return now
        most = min(left, rounds.most_at_once)
        return max([now, *(of_batch(chance, b, left, rounds_left) for b in range(1, most + 1))])

    return [
        of_batch(first, asked, MOST, rounds.rounds)
        for asked in range(min(MOST, rounds.most_at_once) + 1)
    ]


@given(
    shares, shares, st.integers(1, 3), st.floats(0.1, 1.0), st.floats(0.0, 0.2), st.integers(1, 4)
)
def test_values_are_those_of_an_enumeration(
    first: float, right: float, number: int, in_time: float, cost: float, most: int
) -> None:
    rounds = Rounds(number, in_time, cost, cost / 3.0, most)
    found, expected = values(rounds, first, right), enumerated(rounds, first, right)
    assert found[1 : len(expected)] == pytest.approx(expected[1:], abs=1e-9)
    assert found[0] == pytest.approx(max(first, 1.0 - first))
    assert all(value == -np.inf for value in found[len(expected) :])


@given(shares, shares, st.integers(1, 3), st.floats(0.0, 1.0), st.floats(0.0, 0.2))
def test_more_time_is_never_worse(
    first: float, right: float, number: int, in_time: float, cost: float
) -> None:
    best = max(values(Rounds(number, in_time, cost, 0.0, MOST), first, right))
    assert max(values(Rounds(number + 1, in_time, cost, 0.0, MOST), first, right)) >= best - 1e-9
    assert max(values(Rounds(number, 1.0, cost, 0.0, MOST), first, right)) >= best - 1e-9


@given(shares, st.floats(0.55, 0.98), st.floats(0.001, 0.1))
def test_with_time_for_all_labels_one_after_the_other_is_best(
    first: float, right: float, cost: float
) -> None:
    found = values(Rounds(MOST, 1.0, cost, 0.0, MOST), first, right)
    assert found[1] >= max(found[2:]) - 1e-9


def test_with_time_for_one_round_several_labels_are_asked_for() -> None:
    """Right in .75 at 1 % of what an answer is worth: three labels are right in .84."""
    found = values(Rounds(1, 1.0, 0.01, 0.0, MOST), 0.5, 0.75)
    assert int(np.argmax(found)) == 3
    assert found[3] == pytest.approx(0.84375 - 0.03)
