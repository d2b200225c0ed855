"""Rewards that haven't come yet and are written as 0 are seen; other zeros at the end are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay import evaluate
from replay.tables.zero_runs import ZeroRuns


def log(rng: np.random.Generator, rewards: Any) -> dict[str, Any]:
    n = len(rewards)
    x, action = rng.normal(size=n), rng.integers(0, 2, n).astype(str)
    return {"action": action, "reward": rewards, "propensity": np.full(n, 0.5), "x": x}


def verdict_on(table: dict[str, Any]) -> str | None:
    found = evaluate(pa.table(table), target="always:1", context=["x"])
    return next((str(f.verdict) for f in found.findings if f.name == "late rewards"), None)


@pytest.mark.parametrize(
    ("late", "verdict"), [(0, None), (20, None), (120, "weak"), (500, "broken")]
)
@pytest.mark.parametrize("kind", ["binary", "dollars", "rare"])
def test_zeros_at_the_end_are_judged_by_their_share(
    late: int, verdict: str | None, kind: str
) -> None:
    """An estimate over 4,200 rows was too low by 15 %, and drift was all that was said."""
    rng = np.random.default_rng(1)
    rate = 0.2 if kind == "rare" else 0.4
    rewards = (rng.random(4_000) < rate) * 1.0
    if kind == "dollars":
        rewards = rng.exponential(5.0, 4_000)
    rewards[4_000 - late :] = 0.0
    assert verdict_on(log(rng, rewards)) == verdict


def test_logs_that_end_with_zeros_by_luck_or_by_their_order_are_not_judged() -> None:
    """60 logs: rates of .1 to 20 %, sessions without a reward, and rows sorted by reward."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rewards = (rng.random(4_000) < 10.0 ** rng.uniform(-3, -0.7)) * 1.0
        sessions = (rng.random(40) < 0.5).repeat(100) * (rng.random(4_000) < 0.5) * 1.0
        for each in (rewards, sessions, np.sort(rewards)[::-1]):
            assert verdict_on(log(rng, each)) is None


@given(st.lists(st.integers(0, 2), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_runs_of_parts_are_those_of_the_whole(rewards: list[int], a: int, b: int) -> None:
    whole = np.array(rewards, dtype=float)
    first, second = sorted((a, b))
    parts = (whole[:first], whole[first:second], whole[second:])
    total = ZeroRuns()
    for part in parts:
        total += ZeroRuns.of(part)
    assert str(total) == str(ZeroRuns.of(whole))
