"""Whether rows stand in the order of logging is told from their chances, never from rewards."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.order.row_order import RowOrder, order_of
from replay.order.sums import MOST_ROWS, RUN, OrderSums, looked_at
from replay.tables.rows import Rows
from tests.replay.order.learned_logs import ARMS, learned

K = len(ARMS)


def fixed(n: int, seed: int, *, known: bool) -> Rows:
    """Rows of a policy that doesn't learn: one of two distributions, by a context unknown here."""
    rng = np.random.default_rng(seed)
    two = np.array([[0.5, 0.2, 0.1, 0.1, 0.1], [0.1, 0.1, 0.2, 0.2, 0.4]])
    pmf = two[rng.integers(0, 2, n)]
    action = (pmf.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    at = np.arange(n)
    return Rows(action, np.zeros(n), pmf[at, action], logged_pmf=pmf if known else None, index=at)


def of_learner(n: int, seed: int, *, known: bool) -> Rows:
    log = learned(seed, n)
    pmf = np.column_stack([log[f"l_{at}"] for at in range(K)])
    action = log["action"].astype(np.int64)
    return Rows(
        action, log["reward"], log["p"], logged_pmf=pmf if known else None, index=np.arange(n)
    )


def sorted_by_action(rows: Rows) -> Rows:
    at = np.argsort(rows.action, kind="stable")
    pmf = None if rows.logged_pmf is None else rows.logged_pmf[at]
    return replace(rows, action=rows.action[at], propensity=rows.propensity[at], logged_pmf=pmf)


def order(rows: Rows, *, timed: bool = False, actions: int = K) -> RowOrder:
    return order_of(
        OrderSums().receive(looked_at(rows, len(rows)), range(actions), len(rows)), timed=timed
    )


@given(st.integers(0, 6), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_sums_of_runs_add_up_to_those_of_the_whole(at: int, seed: int) -> None:
    """To 1e-9; only pairs of neighbours are lost where rows are cut within a run."""
    n = 6 * RUN
    rows = fixed(n, seed, known=bool(seed % 2))
    parts = [rows.slice(0, at * RUN), rows.slice(at * RUN, n)]
    found = sum((OrderSums().receive(one, range(K), n) for one in parts), OrderSums())
    whole = OrderSums().receive(rows, range(K), n)
    assert np.allclose(found.sums, whole.sums, rtol=1e-9)
    assert np.array_equal(found.rows, whole.rows)


def test_of_a_long_log_an_even_share_is_looked_at() -> None:
    n, length = 8 * RUN, 4 * MOST_ROWS
    rows = fixed(n, 1, known=False)
    assert len(looked_at(rows, n)) == n
    assert len(looked_at(rows, length)) == n / 4


@pytest.mark.parametrize("known", [True, False])
def test_a_fixed_policy_never_moves_however_its_rows_are_sorted(known: bool) -> None:
    """40 logs: each tested twice: an alarm has a chance below 1e-4 each, so 1.6e-2 in all."""
    for seed in range(40):
        rows = fixed(2_000, seed, known=known)
        assert not order(rows).moving
        found = order(sorted_by_action(rows))
        assert not found.in_order
        assert not found.unusable
        assert not found.by_past


@pytest.mark.parametrize("known", [True, False])
def test_a_learner_in_its_order_is_told_from_one_that_is_sorted(known: bool) -> None:
    """20 logs of 2,000 rows; out of order by luck: 1e-4 each, so 2e-3 in all."""
    by_past = 0
    for seed in range(20):
        rows = of_learner(2_000, seed, known=known)
        found = order(rows)
        assert found.in_order
        by_past += found.by_past
        assert order(sorted_by_action(rows)).unusable
    assert by_past >= 15, "at a chance of .95 each, fewer have a chance of 3e-4"


def test_where_the_order_is_known_nothing_is_unusable() -> None:
    rows = sorted_by_action(of_learner(2_000, 1, known=True))
    found = order(rows, timed=True)
    assert found.logged
    assert not found.in_order
    assert found.by_past
    assert not found.unusable


def test_rows_sorted_by_their_chances_are_no_learners() -> None:
    rows = fixed(2_000, 3, known=True)
    chances = np.random.default_rng(3).uniform(0.05, 0.95, 2_000)
    at = np.argsort(chances)
    pmf = np.column_stack([chances, 1 - chances])[at]
    action = (np.random.default_rng(4).random(2_000) >= pmf[:, 0]).astype(np.int64)
    own = pmf[np.arange(2_000), action]
    by_own = np.argsort(own)
    there = replace(rows, action=action[by_own], propensity=own[by_own], logged_pmf=pmf[by_own])
    found = order(there, actions=2)
    assert not found.in_order
    assert not found.unusable


def test_nothing_is_said_of_no_rows() -> None:
    assert order_of(OrderSums()) == RowOrder()
