"""`tune` and targets that learn refuse a log of copies, and say which propensities are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from bandit.errors import CannotAnswer
from replay import evaluate, tune_log

if TYPE_CHECKING:
    from pathlib import Path

GRID: dict[str, Any] = {"explorer": ["epsilon_greedy"], "rate": [0.1, 0.3], "floor": [0.02]}


def log(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x, action = rng.normal(size=3_000), rng.choice(3, 3_000, p=[0.5, 0.3, 0.2])
    return {
        "action": np.array(["a", "b", "c"])[action],
        "reward": (rng.random(3_000) < 0.3 + 0.2 * (x > 0) * action).astype(float),
        "propensity": np.array([0.5, 0.3, 0.2])[action],
        "x": x,
    }


def twice(once: dict[str, Any], kind: str) -> dict[str, Any]:
    order = np.arange(3_000).repeat(2 if kind == "all" else 1 + (once["reward"] > 0))
    return {name: values[order] for name, values in once.items()}


@pytest.mark.parametrize("kind", ["all", "clicks"])
def test_tune_refuses_a_log_of_copies(kind: str) -> None:
    once = log(1)
    assert tune_log(pa.table(once), context=["x"], **GRID).candidates
    with pytest.raises(CannotAnswer, match="are copies of another row"):
        tune_log(pa.table(twice(once, kind)), context=["x"], **GRID)


@pytest.mark.parametrize("kind", ["all", "clicks"])
def test_a_target_that_learns_is_refused_on_a_log_of_copies(kind: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[policy]\nexplorer = "epsilon_greedy"\nrate = 0.1\n')
    once = log(2)
    asked: dict[str, Any] = {"target": policy, "context": ["x"]}
    assert not evaluate(pa.table(once), **asked).refused
    found = evaluate(pa.table(twice(once, kind)), **asked)
    assert found.refused
    assert "are copies of another row" in found.verdict


def test_propensities_that_cannot_be_those_of_the_log_are_noted_first() -> None:
    once = log(3)
    note = "inverse propensities"
    assert not any(note in text for text in tune_log(pa.table(once), context=["x"], **GRID).notes)
    once["propensity"] = np.full(3_000, 1 / 3)
    assert note in tune_log(pa.table(once), context=["x"], **GRID).notes[0]


def test_all_propensities_that_do_not_fit_are_refused() -> None:
    once = log(4) | {f"mu_{name}": np.full(3_000, 1 / 3) for name in "abc"}
    del once["propensity"]
    with pytest.raises(CannotAnswer, match="were those the propensities used"):
        tune_log(pa.table(once), context=["x"], logged="columns:mu_", **GRID)
