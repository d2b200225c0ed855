"""The designs of `bench/simulated/designs.py` as tables that anybody could hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bench.simulated.designs import ACTIONS, DESIGNS, NUMBERS

if TYPE_CHECKING:
    from bench.simulated.designs import Design

CONTEXT = tuple(f"x{i}" for i in range(NUMBERS))
FULL = {
    "action": "action",
    "reward": "reward",
    "logged": "columns:l_",
    "target": "columns:t_",
    "context": CONTEXT,
}
"""What is asked where all chances are known."""

BLIND = {
    "action": "action",
    "reward": "reward",
    "propensity": "p",
    "target": "column:c",
    "context": CONTEXT,
}
"""What is asked where only the logged action's are."""


def design(name: str) -> Design:
    """Return the design whose name begins so."""
    return next(one for one in DESIGNS if one.name.startswith(name))


def columns(name: str, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Simulate n rows of a design as columns; all chances, and those of the logged action."""
    rows = design(name).simulate(rng, n)
    assert rows.logged_pmf is not None
    found: dict[str, Any] = {
        "action": np.char.add("a", rows.action.astype(str)),
        "reward": rows.reward,
        "p": rows.propensity,
        "c": rows.target_probs["c"],
    }
    found |= {name: np.asarray(values) for name, values in rows.context.items()}
    for at in range(ACTIONS):
        found[f"l_a{at}"] = rows.logged_pmf[:, at]
        found[f"t_a{at}"] = rows.target_pmfs["t"][:, at]
    return found


def taken(table: dict[str, Any], order: Any) -> dict[str, Any]:
    """Take the rows of a table in another order."""
    return {name: values[order] for name, values in table.items()}
