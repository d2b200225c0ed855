"""Assignment by linear program: how many tasks of each type get each option, within limits.

    maximise   Σ value[t, o] · x[t, o]
    such that  Σ over o of x[t, o] = tasks[t]                  for each type t
               Σ over t, o of uses[r, t, o] · x[t, o] ≤ most[r]  for each limit r
               x ≥ 0

Being linear, it may split a task between options; its value is never below that of any whole
assignment within the limits. Solved by HiGHS (Huangfu and Hall 2018) through SciPy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, kron, vstack

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Floats


@dataclass(frozen=True)
class Limit:
    """A limit on what the assignment uses, such as a budget or a pool's hours.

    Parameters
    ----------
    uses
        What one task of each type uses by each option: shape (types, options).
    most
        What may be used in all.
    """

    name: str
    uses: Floats
    most: float


@dataclass(frozen=True)
class Assignment:
    """The best assignment.

    Attributes
    ----------
    value
        Of all tasks together.
    tasks
        How many tasks of each type get each option: shape (types, options).
    prices
        For each limit, what one more unit of it would add to the value (its dual price).
    """

    value: float
    tasks: Floats
    prices: dict[str, float]


def best_assignment(tasks: Floats, value: Floats, limits: Sequence[Limit] = ()) -> Assignment:
    """Find the best assignment.

    Parameters
    ----------
    tasks
        Number of tasks of each type: shape (types,).
    value
        What one task of a type is worth by an option: shape (types, options).

    Raises
    ------
    BadValue
        If no assignment keeps the limits.

    Examples
    --------
    Two tasks, and room for one label that makes an answer worth 5 instead of 1:

    >>> room = Limit("room", np.array([[0.0, 1.0]]), most=1.0)
    >>> best = best_assignment(np.array([2.0]), np.array([[1.0, 5.0]]), [room])
    >>> best.value, best.tasks.tolist(), best.prices
    (6.0, [[1.0, 1.0]], {'room': 4.0})
    """
    types, options = value.shape
    each = kron(csr_array(np.eye(types)), np.ones((1, options)), format="csr")
    uses = vstack([csr_array(limit.uses.reshape(1, -1)) for limit in limits]) if limits else None
    solved = linprog(  # type: ignore[call-overload]  # its types don't know that it takes sparse ones
        -value.ravel(),
        A_ub=uses,
        b_ub=[limit.most for limit in limits] if limits else None,
        A_eq=each,
        b_eq=tasks,
        bounds=(0.0, None),
        method="highs",
    )
    if not solved.success:
        names = ", ".join(limit.name for limit in limits[:3])
        raise BadValue(f"no assignment keeps the limits ({names}, ...): {solved.message}")
    duals = solved.ineqlin.marginals if limits else ()
    return Assignment(
        value=-float(solved.fun),
        tasks=np.asarray(solved.x).reshape(types, options),
        prices={limit.name: -float(dual) for limit, dual in zip(limits, duals, strict=True)},
    )
