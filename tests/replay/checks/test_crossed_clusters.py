"""Rows that are correlated by two columns are refused; nested ones are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from replay import evaluate

ASKED: dict[str, Any] = {"action": "action", "reward": "reward", "propensity": "p"}


def log(seed: int, *, items: float = 0.0, sessions: float = 0.0) -> pa.Table:
    """2,000 rows of 200 users, with effects of 20 items or of 600 sessions within users."""
    rng = np.random.default_rng(seed)
    session = rng.integers(0, 600, 2_000)
    user, item = session % 200, rng.integers(0, 20, 2_000)
    action = rng.integers(0, 2, 2_000)
    reward = rng.normal(size=200)[user] * 0.5 + rng.normal(size=20)[item] * items
    reward += rng.normal(size=600)[session] * sessions + rng.normal(size=2_000) + 0.3 * action
    return pa.table(
        {
            "action": action.astype(str),
            "reward": reward,
            "p": np.full(2_000, 0.5),
            "user_id": user,
            "item_id": item,
            "session_id": session,
        }
    )


def crossed(table: pa.Table, **asked: Any) -> bool:
    found = evaluate(table, **ASKED, target="uniform", **asked)
    return any(one.name == "crossed clusters" for one in found.findings)


def test_items_across_users_are_refused_by_name() -> None:
    """With users as clusters alone, 28 of 60 logs were covered, all called good."""
    for seed in range(5):
        found = evaluate(log(seed, items=0.7), **ASKED, target="uniform", cluster="user_id")
        assert found.refused
        assert "rows with the same item_id are correlated too" in found.verdict


def test_items_are_found_where_nobody_named_the_users() -> None:
    assert crossed(log(1, items=0.7), context="user_id")


def test_what_lies_within_clusters_or_has_no_effect_is_no_reason() -> None:
    """30 logs each; an alarm has a chance of 1e-4 a column."""
    for seed in range(30):
        assert not crossed(log(seed), cluster="user_id")
        assert not crossed(log(seed, sessions=0.7), cluster="user_id")


def test_clusters_within_larger_ones_are_refused() -> None:
    assert crossed(log(2), cluster="session_id")
