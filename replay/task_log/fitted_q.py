"""Fitted Q of a task's decisions: a table of states and choices, learned from earlier tasks only.

Q(s, a) = (R(s, a) + Σ N(s, a, s') V(s') + κ m(s)) / (N(s, a) + κ),  V(s) = Σₐ π̄(a|s) Q(s, a),

with N, R counts and sums of the tasks before the block, π̄ the target's mean pmf in s, m(s) what
the log earned on from s, and κ = `PRIOR`; R, Q, V and m are vectors of the parts of what is earned
(`components.py`). What audits correct is left out of R and m: it is 0 on average where the
proxy is right, and 1/ρ times as noisy as all else: a table of it would add variance. Solved by
sweeps from the last decision back. Frozen in blocks that grow by a quarter, so a task is judged by
a table that doesn't know it. The first blocks have 1, 1, 2, 4, ... tasks: what no table judges has
the noise of IPS, which at the start of a log, where it explores most, is that of rare large weights
and leaves DR too low in most logs.

Source: a tabular model of the decision process, as the control variate of Jiang and Li (2016),
ICML, section 4; the shrinkage is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.models.blocks import FIRST_FIT, after
from replay.task_log.components import AUDITED, PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.numerics.arrays import Floats
    from replay.task_log.trajectory import Trajectory

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
    next_fit: int = 1
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
        self.earned, self.target = np.zeros((STATES, k, PARTS)), np.zeros((STATES, k))
        self.onward, self.visits = np.zeros((STATES, PARTS)), np.zeros(STATES)
        self.q = np.zeros((STATES, k, PARTS))

    def values(self, state: tuple[int, int]) -> Floats:
        """Q̂ of K choices, shape (K, PARTS): what is earned from there on; 0 until a first fit."""
        values: Floats = self.q[_flat(state)]
        return values

    def chances(self, pmf: Mapping[str, float]) -> Floats:
        """Return a pmf in the order of the actions, shape (K,)."""
        chances = np.zeros(len(self.actions))
        for name, chance in pmf.items():
            chances[self.index[name]] = chance
        return chances

    def learn(self, task: Trajectory, pmfs: Sequence[Mapping[str, float]]) -> None:
        """Add a task that was judged, with the target's chances at its steps."""
        earned = np.array([step.earned for step in task.steps])
        earned[:, AUDITED] = 0.0
        later = earned[::-1].cumsum(axis=0)[::-1]
        for i, (step, pmf) in enumerate(zip(task.steps, pmfs, strict=True)):
            s, a = _flat(step.state), self.index[step.choice]
            after = _flat(task.steps[i + 1].state) if i + 1 < len(task.steps) else STATES
            self.count[s, a, after] += 1
            self.earned[s, a] += earned[i]
            self.onward[s] += later[i]
            self.visits[s] += 1
            self.target[s] += self.chances(pmf)
        self.tasks += 1
        if self.tasks >= self.next_fit:
            self._fit()

    def _fit(self) -> None:
        seen = self.visits > 0
        mean = self.onward.sum(axis=0) / self.visits.sum()
        each = self.onward / np.maximum(self.visits, 1)[:, None]
        prior = np.where(seen[:, None], each, mean)
        pi = self.target / np.maximum(self.target.sum(axis=1, keepdims=True), 1e-300)
        tried = self.count.sum(axis=2)[:, :, None]
        v = np.concatenate([prior, np.zeros((1, PARTS))])
        for _ in range(SWEEPS):
            self.q = (self.earned + self.count @ v + PRIOR * prior[:, None]) / (tried + PRIOR)
            mixed = np.einsum("sk,skp->sp", pi, self.q)
            v[:STATES] = np.where(seen[:, None], mixed, prior)
        self.fitted = True
        growing = self.tasks < FIRST_FIT
        self.next_fit = min(2 * self.tasks, FIRST_FIT) if growing else after(self.tasks)


def _flat(state: tuple[int, int]) -> int:
    return state[0] * TENTHS + state[1]
