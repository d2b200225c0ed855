"""The look-ahead against all answers counted out one by one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.labels.ambiguity import LEVELS, LevelWeights, level_weights
from bandit.labels.look_ahead import Outlook, outlook
from bandit.labels.weighed import WeighedLabels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WORTH_USD = 1.5


def random_outlook(seed: int, n_pools: int, chains: int, k: int, sure: float) -> Outlook:
    """An outlook like those of tasks: `sure` makes rows and joint more or less even."""
    rng = np.random.default_rng(seed)
    joint = rng.dirichlet(np.full(chains * k * k, 1.0 / sure)).reshape(chains, k, k)
    rows = rng.dirichlet(np.full(k, 1.0 / sure), size=(n_pools, chains, k)).clip(1e-4)
    rows /= rows.sum(axis=3, keepdims=True)
    levels = rng.dirichlet(np.ones(len(LEVELS)), size=(n_pools, chains, k, k))
    return Outlook(joint, rows, np.moveaxis(levels, -1, 1))


def chance(seen: Outlook, asked: Sequence[tuple[int, int]], true: int) -> float:
    """The chance of a true class and of answers of pools, by summing out all that is hidden.

    Labels of one pool share its level; levels of several pools are apart.
    """
    chains, k = seen.joint.shape[:2]
    total = 0.0
    for x, rival in product(range(chains), range(k)):
        each = seen.joint[x, true, rival]
        for pool in {pool for pool, _ in asked}:
            of_pool = 0.0
            for a, level in enumerate(LEVELS):
                said = seen.levels[pool, a, x, true, rival]
                for other, answer in asked:
                    if other == pool:
                        own, rivals = (seen.rows[pool, x, c, answer] for c in (true, rival))
                        said *= (1.0 - level) * own + level * rivals
                of_pool += said
            each *= of_pool
        total += each
    return total


def best(seen: Outlook, asked: Sequence[tuple[int, int]]) -> float:
    """The chance of these answers and that the likeliest class is the true one."""
    return max(chance(seen, asked, true) for true in range(seen.joint.shape[1]))


def counted_out(seen: Outlook, pool: int, costs: Sequence[float], labels: int) -> float:
    """The value of a pool, and then of the best second label or none."""
    k = seen.joint.shape[1]
    total = 0.0
    for said in range(k):
        options = [WORTH_USD * best(seen, [(pool, said)])]
        heard = sum(chance(seen, [(pool, said)], true) for true in range(k))
        if labels > 1:
            options += [
                WORTH_USD * sum(best(seen, [(pool, said), (second, z)]) for z in range(k))
                - costs[second] * heard
                for second in range(len(costs))
            ]
        total += max(options)
    return total - costs[pool] - WORTH_USD * best(seen, [])


def alone(seen: Outlook, pool: int, cost: float, labels: int) -> float:
    """The value of so many labels of one pool at once."""
    k = seen.joint.shape[1]
    sure = sum(
        best(seen, [(pool, said) for said in answers])
        for answers in product(range(k), repeat=labels)
    )
    return WORTH_USD * (sure - best(seen, [])) - labels * cost


outlooks = st.builds(
    random_outlook,
    st.integers(0, 10**6),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(2, 3),
    st.sampled_from((0.5, 2.0, 8.0)),
)
prices = st.lists(st.floats(0.0, 0.3), min_size=3, max_size=3)


@settings(max_examples=40, deadline=None)
@given(outlooks, prices, st.integers(1, 2))
def test_values_are_exact_for_one_label_and_a_second_of_any_pool(
    seen: Outlook, costs: list[float], labels: int
) -> None:
    costs = costs[: len(seen.rows)]
    expected = [counted_out(seen, pool, costs, labels) for pool in range(len(costs))]
    assert seen.values_usd(costs, WORTH_USD, labels) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(outlooks, prices, st.integers(1, 4))
def test_more_labels_of_one_pool_are_never_valued_too_high(
    seen: Outlook, costs: list[float], most: int
) -> None:
    """With two classes it is exact; with more, classes that don't lead can't become the answer."""
    costs = costs[: len(seen.rows)]
    found = seen.values_of_one(costs, WORTH_USD, most)
    for pool, value in enumerate(found):
        exact = max(alone(seen, pool, costs[pool], labels) for labels in range(1, most + 1))
        assert value <= exact + 1e-9
        if seen.joint.shape[1] == 2:
            assert value == pytest.approx(exact, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(outlooks, prices)
def test_a_second_label_adds_value_and_free_labels_are_never_bad(
    seen: Outlook, costs: list[float]
) -> None:
    costs = costs[: len(seen.rows)]
    one, two = (seen.values_usd(costs, WORTH_USD, labels) for labels in (1, 2))
    assert all(b >= a - 1e-12 for a, b in zip(one, two, strict=True))
    assert min(seen.values_usd([0.0] * len(costs), WORTH_USD, 1)) >= -1e-12


def weighed(weights: LevelWeights, answers: Floats, pools: tuple[str, ...]) -> WeighedLabels:
    prior = np.array([[0.6, 0.4]])
    return WeighedLabels(np.array([1.0, 0.0]), weights, np.tile(prior, (2, 1)), answers, pools)


@pytest.mark.parametrize("pools", [("a",), ("a", "b"), ("a", "a", "b")])
def test_an_outlook_goes_on_from_the_labels_that_there_are(pools: tuple[str, ...]) -> None:
    """The chance of the next answer, by the posterior with and without it: Bayes both ways."""
    rows = np.array([[[[0.8, 0.2], [0.3, 0.7]]] * 2, [[[0.7, 0.3], [0.1, 0.9]]] * 2])
    number = {"a": 0, "b": 1}
    answers = np.stack([rows[number[pool], :, :, 0] for pool in pools])
    weights = level_weights(np.array([50.0, 20.0, 10.0, 5.0, 5.0, 60.0]), one_pool=False)
    before = weighed(weights, answers, pools)
    seen = outlook(before, rows, ("a", "b"))
    for pool, of in (("a", 0), ("b", 1)):
        said = [sum(chance(seen, [(of, y)], c) for c in (0, 1)) for y in (0, 1)]
        assert sum(said) == pytest.approx(1.0)
        mean = np.zeros(2)
        for y in (0, 1):
            more = np.concatenate([answers, rows[None, of, :, :, y]])
            after = weighed(weights, more, (*pools, pool)).posterior()
            mean += said[y] * after
            joint = np.array([chance(seen, [(of, y)], c) for c in (0, 1)])
            assert joint / joint.sum() == pytest.approx(after, abs=1e-9)
        assert mean == pytest.approx(before.posterior(), abs=1e-9)
