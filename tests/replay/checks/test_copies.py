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


@pytest.mark.parametrize("times", [2, 3])
@pytest.mark.parametrize("kind", ["binary", "rating"])
def test_a_log_that_is_there_several_times_is_refused_whatever_its_rewards(
    times: int, kind: str
) -> None:
    once = log(3, 500)
    reward = (once["reward"] > 0) if kind == "binary" else once["reward"].round()
    once["reward"] = reward.astype(float)
    whole = {name: np.tile(values, times) for name, values in once.items()}
    found = evaluate(pa.table(whole), **ASKED)
    assert found.refused
    assert "100 % of the rows are copies of another row" in found.verdict
    assert not evaluate(pa.table(once), **ASKED).refused


def test_discrete_logs_whose_rows_repeat_by_chance_are_no_copies() -> None:
    """40 logs with 12 to 600 kinds of rows, rewards fixed by context and action among them."""
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n, contexts = 1_500, int(rng.integers(3, 150))
        x, action = rng.integers(contexts, size=n), rng.integers(2, size=n)
        fixed = rng.integers(2, size=(contexts, 2)).astype(float)
        reward = fixed[x, action] if seed % 2 else (rng.random(n) < 0.3).astype(float)
        table = {"action": action.astype(str), "reward": reward, "p": np.full(n, 0.5), "x": x}
        found = evaluate(pa.table(table), **ASKED)
        assert "copies" not in {f.name for f in found.findings}


def test_a_design_that_repeats_each_case_equally_often_is_no_copy() -> None:
    """Rewards are fixed by context and action, as in a benchmark; half of all pays."""
    x, action = (part.repeat(40) for part in np.divmod(np.arange(24), 2))
    reward = ((x + action) % 2).astype(float)
    table = {"action": action.astype(str), "reward": reward, "p": np.full(len(x), 0.5), "x": x}
    found = evaluate(pa.table(table), **ASKED)
    assert "copies" not in {f.name for f in found.findings}
