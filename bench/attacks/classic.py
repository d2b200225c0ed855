"""The designs of `bench/simulated`, asked about as tables: all chances, and the logged one's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.attacks.attack import Attack
from bench.attacks.tables import BLIND, FULL, columns
from bench.simulated.designs import DESIGNS

if TYPE_CHECKING:
    from bench.simulated.designs import Design


def in_tasks(name: str, per_task: int, rng: np.random.Generator, n: int) -> dict[str, Any]:
    """Simulate a design whose rows belong to tasks."""
    return {**columns(name, rng, n), "task": np.arange(n) // per_task}


def _attacks(design: Design) -> tuple[Attack, Attack]:
    goal = 0.92 if design.name.startswith("d") else 0.93
    full, own, make = FULL, BLIND, partial(columns, design.name)
    if design.per_task > 1:
        full, own = ({**asked, "cluster": "task"} for asked in (FULL, BLIND))
        make = partial(in_tasks, design.name, design.per_task)
    return (
        Attack(f"classic: {design.name}, all chances", goal, design.truth, make, full),
        Attack(f"classic: {design.name}, own chance", goal, design.truth, make, own, full),
    )


ATTACKS = tuple(one for design in DESIGNS for one in _attacks(design))
