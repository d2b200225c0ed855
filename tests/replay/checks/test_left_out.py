"""Rows that can't be used count in the verdict: they may have been lost because of their reward."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from replay import evaluate


@pytest.mark.parametrize(
    ("lost", "verdict"), [(0.0, None), (0.005, "good"), (0.1, "weak"), (0.4, "broken")]
)
def test_zeros_that_were_lost_are_not_good(lost: float, verdict: str | None) -> None:
    rng = np.random.default_rng(1)
    reward = (rng.random(4_000) < 0.5).astype(float)
    kept = rng.random(4_000) >= 2 * lost * (reward == 0)
    table = pa.table(
        {
            "action": rng.choice(["a", "b"], 4_000),
            "reward": pa.array(reward, mask=~kept),
            "propensity": np.full(4_000, 0.5),
        }
    )
    found = evaluate(table, target="uniform")
    left_out = [one.verdict for one in found.findings if one.name == "rows left out"]
    assert left_out == ([] if verdict is None else [verdict])
    assert found.refused == (verdict == "broken")
