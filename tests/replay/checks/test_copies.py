"""A log that a join has multiplied is refused; equal rows that are none are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from replay import evaluate

ASKED: dict[str, Any] = {
    "action": "action",
    "reward": "reward",
    "propensity": "p",
    "target": "always:1",
    "context": ("x",),
}


def log(seed: int, n: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    action = rng.integers(0, 2, n)
    x = rng.normal(size=n)
    reward = x + action + rng.normal(size=n)
    return {"action": action.astype(str), "reward": reward, "p": np.full(n, 0.5), "x": x}


@pytest.mark.parametrize("copies", [np.full(400, 3), 1 + np.arange(400) % 4])
def test_rows_that_were_multiplied_are_refused(copies: Any) -> None:
    table = {name: values.repeat(copies) for name, values in log(1, 400).items()}
    found = evaluate(pa.table(table), **ASKED)
    assert found.refused
    assert "are copies of another row" in found.verdict


def test_rows_that_share_what_is_rounded_are_no_copies() -> None:
    """20 logs each: rewards to a cent and contexts to a tenth, ratings, and one reward a user."""
    for seed in range(20):
        table = log(seed, 2_000)
        rounded = table | {"reward": table["reward"].round(2), "x": table["x"].round(1)}
        rated = table | {"reward": table["reward"].round()}
        binary = table | {"reward": (table["reward"] > 0).astype(float)}
        for each in (table, rounded, rated, binary):
            assert "copies" not in {f.name for f in evaluate(pa.table(each), **ASKED).findings}


def test_the_column_that_copies_share_is_the_way_out() -> None:
    table = {name: values.repeat(3) for name, values in log(2, 400).items()}
    table["row"] = np.arange(400).repeat(3)
    found = evaluate(pa.table(table), **ASKED, cluster="row")
    assert not found.refused
