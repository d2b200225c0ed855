"""Learners side by side are ridge regressions, each of its own rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.learning.online_ridge import Learners


@given(seed=st.integers(0, 10_000), rows=st.integers(1, 40))
def test_each_lane_and_action_is_the_ridge_of_its_own_rows(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    lanes, actions, size = 3, 2, 4
    learners = Learners.fresh(lanes, actions, size)
    z, r = rng.normal(size=(rows, lanes, size)), rng.normal(size=(rows, lanes))
    a, w = rng.integers(0, actions, (rows, lanes)), rng.integers(1, 4, (rows, lanes)).astype(float)
    for row in range(rows):
        learners.learn(np.arange(lanes), a[row], z[row], r[row], w[row])
    for lane in range(lanes):
        for action in range(actions):
            own = a[:, lane] == action
            zs, ws = z[own, lane], w[own, lane]
            gram = np.eye(size) + zs.T @ (zs * ws[:, None])
            beta = np.linalg.solve(gram, zs.T @ (ws * r[own, lane]))
            assert learners.beta[lane, :, action] == pytest.approx(beta, abs=1e-8)
    assert learners.learned.tolist() == w.sum(axis=0).tolist()


def test_a_row_that_counts_twice_is_two_rows() -> None:
    one, two = (Learners.fresh(1, 1, 2) for _ in range(2))
    lane, action = np.array([0]), np.array([0])
    z, r = np.array([[1.0, 0.5]]), np.array([0.7])
    one.learn(lane, action, z, r, np.array([2.0]))
    for _ in range(2):
        two.learn(lane, action, z, r)
    assert one.beta == pytest.approx(two.beta)
    assert one.learned == two.learned
