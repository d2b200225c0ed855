"""The linear program finds what trying everything finds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import BadValue
from replay.oracle.assignment import Limit, best_assignment

SIZE = st.tuples(st.integers(1, 4), st.integers(1, 4))


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, float]:
    """Values and uses of up to four tasks with up to four options, and what may be used."""
    tasks, options = draw(SIZE)
    value = draw(st.lists(st.integers(-9, 9), min_size=tasks * options, max_size=tasks * options))
    uses = draw(st.lists(st.integers(0, 5), min_size=tasks * options, max_size=tasks * options))
    most = draw(st.integers(0, 12))
    shape = (tasks, options)
    used = np.array(uses, dtype=float).reshape(shape)
    used[:, 0] = 0.0  # one option costs nothing, so something is always possible
    return np.array(value, dtype=float).reshape(shape), used, float(most)


def best_of_all(value: np.ndarray, uses: np.ndarray, most: float) -> float:
    """The best whole assignment, by trying all."""
    tasks, options = value.shape
    return max(
        float(sum(value[t, o] for t, o in enumerate(choice)))
        for choice in product(range(options), repeat=tasks)
        if sum(uses[t, o] for t, o in enumerate(choice)) <= most
    )


@settings(max_examples=60)
@given(cases())
def test_where_an_option_uses_one_or_nothing_it_equals_trying_everything(
    case: tuple[np.ndarray, np.ndarray, float],
) -> None:
    """With one limit of that kind a best assignment is whole (two laminar families of rows)."""
    value, uses, most = case
    ones = np.minimum(uses, 1.0)
    best = best_assignment(np.ones(len(value)), value, [Limit("room", ones, most)])
    assert best.value == pytest.approx(best_of_all(value, ones, most))


@settings(max_examples=60)
@given(cases())
def test_with_any_budget_it_is_above_by_less_than_one_task(
    case: tuple[np.ndarray, np.ndarray, float],
) -> None:
    """A best corner splits at most one task between two options (Sinha and Zoltners 1979)."""
    value, uses, most = case
    best = best_assignment(np.ones(len(value)), value, [Limit("budget", uses, most)])
    whole = best_of_all(value, uses, most)
    assert whole - 1e-7 <= best.value <= whole + np.ptp(value, axis=1).max() + 1e-7
    assert (best.tasks * uses).sum() <= most + 1e-7
    assert best.tasks.sum(axis=1) == pytest.approx(np.ones(len(value)))


@settings(max_examples=40)
@given(cases(), st.floats(0.1, 2.0))
def test_the_dual_price_bounds_what_more_budget_earns(
    case: tuple[np.ndarray, np.ndarray, float], more: float
) -> None:
    value, uses, most = case
    ones = np.ones(len(value))
    best = best_assignment(ones, value, [Limit("budget", uses, most)])
    richer = best_assignment(ones, value, [Limit("budget", uses, most + more)])
    assert richer.value - best.value <= more * best.prices["budget"] + 1e-7
    assert best.prices["budget"] >= -1e-9


def test_limits_that_nothing_keeps_are_one_line() -> None:
    with pytest.raises(BadValue, match=r"^no assignment keeps the limits \(room, \.\.\.\): "):
        best_assignment(np.ones(1), np.ones((1, 1)), [Limit("room", np.ones((1, 1)), 0.5)])
