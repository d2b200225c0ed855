"""Per-decision importance weights and the doubly robust score of a task.

With ρ_t = Π_{j ≤ t} π/μ over the decisions of the task and r_t what a step earned, part by part
(`components.py`), so that all is linear in the parts:

terms       ρ_t r_t, whose sum is step-wise IPS
scores      v_1 of  v_T+1 = 0,  v_t = Σₐ π q̂ + (π/μ) (r_t + v_t+1 − q̂)
square      X_1 of  X_T+1 = 1,  X_t = π_s²/μ_s + 1[went on] / (1 − μ_s) Σ_pools π²/μ · X_t+1

Σₐ π²/μ is the mean square of one weight. X_1 chains it over a task's decisions: its mean is that
of ρ_T² without the chance of the draws, exactly so where what comes after an ask doesn't depend on
which pool it was; whether the task stops (s) is accounted for.

Source: Precup, Sutton and Singh (2000), ICML; Jiang and Li (2016), ICML, equation 10; X_t is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING

import numpy as np

from bandit.events import STOP
from replay.task_log.components import PARTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.numerics.arrays import Floats
    from replay.task_log.fitted_q import Tabular
    from replay.task_log.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class WeighedTask:
    """A task's numbers over T steps: `rho` has shape (T,), `terms` (T, PARTS), others (PARTS,).

    `earned` is what was logged, `direct` what the model says of the first decision.
    """

    rho: Floats
    terms: Floats
    earned: Floats
    direct: Floats
    scores: Floats
    square: float
    unsupported: bool


def weigh(task: Trajectory, pmfs: Sequence[Mapping[str, float]], model: Tabular) -> WeighedTask:
    """Weigh a task by the target's chances at its steps.

    Examples
    --------
    >>> from replay.task_log.fitted_q import Tabular
    >>> from replay.task_log.components import Earned
    >>> from replay.task_log.trajectory import Step, Trajectory
    >>> step = Step((0, 5), {"a": 0.25, "b": 0.75}, "a", Earned(agreement=0.5, usd=0.25))
    >>> task = Trajectory("t", (step,), audited=False, gold=False)
    >>> found = weigh(task, [{"a": 0.5, "b": 0.5}], Tabular(["a", "b"]))
    >>> found.rho.tolist(), found.scores.tolist(), round(found.square, 3)
    ([2.0], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0], 1.333)
    """
    ratios = [
        pmf.get(step.choice, 0.0) / step.logged[step.choice]
        for step, pmf in zip(task.steps, pmfs, strict=True)
    ]
    rho = np.asarray(np.cumprod(ratios), dtype=np.float64)
    earned = np.array([step.earned for step in task.steps])
    scores, direct, square = np.zeros(PARTS), np.zeros(PARTS), 1.0
    for i in reversed(range(len(ratios))):
        step, pmf = task.steps[i], pmfs[i]
        q = model.values(step.state)
        direct = model.chances(pmf) @ q
        missed = earned[i] + scores - q[model.index[step.choice]]
        scores = direct + ratios[i] * missed
        square = _square(step.logged, pmf, square, went_on=step.choice != STOP)
    reached = np.concatenate([[1.0], rho[:-1]]) > 0
    lacks = [fsum(pmf.values()) < 1 - 1e-9 for pmf in pmfs]
    return WeighedTask(
        rho=rho,
        terms=rho[:, None] * earned,
        earned=earned.sum(axis=0),
        direct=direct,
        scores=scores,
        square=square,
        unsupported=bool((reached & np.array(lacks)).any()),
    )


def _square(
    logged: Mapping[str, float], pmf: Mapping[str, float], later: float, *, went_on: bool
) -> float:
    """X_t, from X_t+1."""
    stop = pmf[STOP] ** 2 / logged[STOP] if STOP in pmf else 0.0
    if not went_on:
        return stop
    pools = fsum(c * c / logged[name] for name, c in pmf.items() if name != STOP)
    return stop + pools / (1 - logged.get(STOP, 0.0)) * later
