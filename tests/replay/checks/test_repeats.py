"""A log whose clicks a join repeated is refused; rows that are equal for other reasons are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import evaluate
from replay.checks.repeats import share_of_repeats

ASKED: dict[str, Any] = {"target": "always:1", "context": ("x",)}


def log(rng: np.random.Generator, x: Any, action: Any, rate: float = 0.4) -> dict[str, Any]:
    reward = (rng.random(len(x)) < rate).astype(float)
    return {
        "action": action.astype(str),
        "reward": reward,
        "propensity": np.full(len(x), 0.5),
        "x": x,
    }


def found_copies(table: dict[str, Any]) -> str | None:
    found = evaluate(pa.table(table), **ASKED)
    return next((str(f.verdict) for f in found.findings if f.name == "copies"), None)


@pytest.mark.parametrize("repeated", ["clicks", "first half"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_log_of_which_a_join_repeated_a_part_is_refused(repeated: str, *, shuffled: bool) -> None:
    """Clicks that are there twice raised an estimate of .41 by .18, and the verdict was good."""
    rng = np.random.default_rng(1)
    once = log(rng, rng.normal(size=3_000), rng.integers(0, 2, 3_000))
    twice = once["reward"] > 0 if repeated == "clicks" else np.arange(3_000) < 1_500
    order = np.arange(3_000).repeat(1 + twice)
    if shuffled:
        order = rng.permutation(order)
    assert found_copies(once) is None
    assert found_copies({name: values[order] for name, values in once.items()}) == "broken"


@pytest.mark.parametrize("name", ["user", "task_id"])
def test_copies_are_seen_where_an_id_column_is_taken_as_clusters(name: str) -> None:
    """Clusters of users widen the interval; they don't move it back."""
    rng = np.random.default_rng(3)
    once = log(rng, rng.normal(size=3_000), rng.integers(0, 2, 3_000))
    once[name] = np.arange(3_000) // (3 if name == "user" else 1)
    order = np.arange(3_000).repeat(1 + (once["reward"] > 0))
    table = {column: values[order] for column, values in once.items()}
    assert evaluate(pa.table(table), **ASKED).diagnostics.effective_clusters is not None
    assert found_copies(table) == "broken"


def test_few_copies_among_many_rows_are_weak() -> None:
    rng = np.random.default_rng(2)
    once = log(rng, rng.normal(size=5_000), rng.integers(0, 2, 5_000), rate=0.02)
    order = np.arange(5_000).repeat(1 + (once["reward"] > 0))
    assert found_copies({name: values[order] for name, values in once.items()}) == "weak"


def test_users_who_come_back_are_no_copies() -> None:
    """80 logs of users whose context never changes, in 20 of each kind.

    Each visit drawn anew; one action a user; a reward that user and action determine; and rare
    rewards.
    """
    for seed in range(20):
        rng = np.random.default_rng(seed)
        user = rng.permutation(np.arange(1_000).repeat(1 + rng.integers(0, 4, 1_000)))
        x, n = rng.normal(size=1_000)[user], len(user)
        drawn, sticky = rng.integers(0, 2, n), rng.integers(0, 2, 1_000)[user]
        fixed = log(rng, x, drawn)
        fixed["reward"] = (rng.random((1_000, 2)) < 0.4).astype(float)[user, drawn]
        tables = (log(rng, x, drawn), log(rng, x, sticky), fixed, log(rng, x, drawn, rate=0.01))
        for table in tables:
            assert found_copies(table) is None


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 1), st.integers(0, 2)), max_size=200
    ),
    seed=st.integers(0, 99),
)
def test_the_share_is_the_same_in_any_order_of_the_rows(
    rows: list[tuple[int, int, int]], seed: int
) -> None:
    """Each row twice, so that most examples have copies to find."""
    n = 2 * len(rows)
    context, action, reward = (np.array([row[at] for row in rows] * 2) for at in range(3))
    content = 2 * context + action

    def share(order: Any) -> float:
        hashed, kinds = context[order].astype(np.uint64), content[order].astype(np.uint64)
        return share_of_repeats(hashed, kinds, np.full(n, 0.5), reward[order] * 1.0)

    assert share(np.arange(n)) == share(np.random.default_rng(seed).permutation(n))
