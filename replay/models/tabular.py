"""Fitted Q of a task's decisions: a table of states and choices, learned from earlier tasks only.

Q(s, a) = (R(s, a) + Σ N(s, a, s') V(s') + κ m(s)) / (N(s, a) + κ),  V(s) = Σₐ π̄(a|s) Q(s, a),

with N, R counts and sums of the tasks before the block, π̄ the target's mean pmf in s, m(s) what
the log earned on from s, and κ = `PRIOR`. Solved by sweeps from the last decision back. Frozen in
blocks that grow by a quarter, so a task is judged by a table that doesn't know it.

Source: a tabular model of the decision process, as the control variate of Jiang and Li (2016),
ICML, section 4; the shrinkage is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.models.blocks import FIRST_FIT, after

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.own.trajectory import Trajectory
    from replay.tables.rows import Floats

ASKS, TENTHS = 6, 11
STATES = ASKS * TENTHS
PRIOR = 5.0
"""Tasks' worth of what the log earned on: a choice seen once is not believed yet."""

SWEEPS = 24
"""Sweeps to solve: the last state can follow itself, all others only later ones."""


@dataclass(slots=True)
class Tabular:
    """Values of choices among `actions`; states are (decisions so far, tenths of confidence)."""

    actions: Sequence[str]
    tasks: int = 0
    next_fit: int = FIRST_FIT
    fitted: bool = False
    index: dict[str, int] = field(init=False)
    count: Floats = field(init=False)
    earned: Floats = field(init=False)
    target: Floats = field(init=False)
    onward: Floats = field(init=False)
    visits: Floats = field(init=False)
    q: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty tables; state `STATES` is the end."""
        k = len(self.actions)
        self.index = {name: i for i, name in enumerate(self.actions)}
        self.count = np.zeros((STATES, k, STATES + 1))
        self.earned, self.target = np.zeros((STATES, k)), np.zeros((STATES, k))
        self.onward, self.visits = np.zeros(STATES), np.zeros(STATES)
        self.q = np.zeros((STATES, k))

    def value(self, state: tuple[int, int], action: str) -> float:
        """Q̂ of a choice: what is earned from there on; 0 before the first fit."""
        return float(self.q[_flat(state), self.index[action]])

    def learn(self, task: Trajectory, pmfs: Sequence[Mapping[str, float]]) -> None:
        """Add a task that was judged, with the target's chances at its steps."""
        later = task.value_usd
        for i, (step, pmf) in enumerate(zip(task.steps, pmfs, strict=True)):
            s, a = _flat(step.state), self.index[step.choice]
            after = _flat(task.steps[i + 1].state) if i + 1 < len(task.steps) else STATES
            self.count[s, a, after] += 1
            self.earned[s, a] += step.usd
            self.onward[s] += later
            self.visits[s] += 1
            for name, chance in pmf.items():
                self.target[s, self.index[name]] += chance
            later -= step.usd
        self.tasks += 1
        if self.tasks >= self.next_fit:
            self._fit()

    def _fit(self) -> None:
        mean = self.onward.sum() / self.visits.sum()
        prior = np.where(self.visits > 0, self.onward / np.maximum(self.visits, 1), mean)
        pi = self.target / np.maximum(self.target.sum(axis=1, keepdims=True), 1e-300)
        tried = self.count.sum(axis=2)
        v = np.append(prior, 0.0)
        for _ in range(SWEEPS):
            self.q = (self.earned + self.count @ v + PRIOR * prior[:, None]) / (tried + PRIOR)
            v[:STATES] = np.where(self.visits > 0, (pi * self.q).sum(axis=1), prior)
        self.fitted = True
        self.next_fit = after(self.tasks)


def _flat(state: tuple[int, int]) -> int:
    return state[0] * TENTHS + state[1]
