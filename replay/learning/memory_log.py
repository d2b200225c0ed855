"""A log held in memory as arrays, so that learners can replay it in any order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue
from replay.learning.context_vectors import Contexts
from replay.learning.reward_guesses import guesses, order_of_rows
from replay.numerics.hashed_uniform import uniforms
from replay.order.row_order import RowOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.models.features import Features
    from replay.numerics.arrays import Floats, Ints
    from replay.numerics.reward_kind import RewardKind
    from replay.tables.rows import Rows

MOST_ROWS = 500_000
"""Rows that are held, at some 0.5 KB: of a longer log an even share is taken, by a keyed draw."""

MOST_CELLS = 50_000_000
"""Rows × actions: 400 MB for each array of chances and guesses."""


@dataclass(frozen=True, slots=True, eq=False)
class ReplayLog:
    """n rows of a log with K actions, in its order.

    Attributes
    ----------
    actions
        Names.
    kind
        `binary`, `positive` or `real`: what rewards are.
    action, reward, propensity
        What was done, what came of it, and the logged chance of it, shape (n,).
    pmf
        The logging policy's chance of every action where the log holds it, shape (n, K).
    can
        1 where an action could be chosen, else 0, shape (n, K); `None` if all could.
    lowered
        Factors on the floors of actions, shape (n, K), where a worker lowers some for their price
        (`bandit.pmf.lowered_floors`); `None` if it doesn't, or the log holds no prices.
    guess
        q̂ of every action by a model that no learner sees, shape (n, K).
    features
        What learners know of the context, shape (n, d).
    group
        A number that rows of one cluster share, shape (n,), where clusters are known.
    whole
        Rows of the log, those that aren't held included.
    unseen
        Categories and numbers that the learners' features leave out.
    order
        How the rows stand.
    """

    actions: tuple[str, ...]
    kind: RewardKind
    action: Ints
    reward: Floats
    propensity: Floats
    pmf: Floats | None
    can: Floats | None
    guess: Floats
    features: Floats
    group: Ints | None
    whole: int
    unseen: int = 0
    order: RowOrder = field(default_factory=RowOrder)
    lowered: Floats | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.reward)

    @property
    def missed(self) -> Floats:
        """What the model missed, r − q̂ of the logged action, shape (n,)."""
        return self.reward - self.guess[np.arange(len(self)), self.action]


def hold(
    batches: Iterable[Rows],
    features: Features,
    actions: Sequence[str],
    kind: RewardKind,
    length: int,
    *,
    clustered: bool = False,
    timed: bool = False,
    learned: bool = False,
) -> ReplayLog:
    """Read a log into memory, with q̂ by the ridge of `replay/models`.

    `length` is the number of rows in the log, unusable ones included; `timed` says that they are in
    the order of logging, `learned` that a policy that learned is known to have logged them.

    Raises
    ------
    BadValue
        If rows × actions are more than memory holds.
    """
    share = min(MOST_ROWS / length, 1.0)
    if share * length * len(actions) > MOST_CELLS:
        raise BadValue(
            f"{length:,} rows with {len(actions):,} actions are too many to replay learners on:"
            f" at most {MOST_CELLS:,} cells; take a part of the log (--sql)"
        )
    held: list[Rows] = []
    contexts = Contexts(features)
    whole = 0
    for rows in batches:
        whole += len(rows)
        kept = rows
        if share < 1.0:
            assert rows.index is not None
            kept = rows.where(uniforms(rows.index, "held") < share)
        contexts.receive(kept)
        held.append(kept)
    z, unseen = contexts.vectors()
    pmf = None
    if held[0].logged_pmf is not None:
        pmf = np.concatenate([rows.logged_pmf for rows in held if rows.logged_pmf is not None])
    can = None if pmf is None else (pmf > 0).astype(float)
    if held[0].eligible is not None:
        can = np.concatenate([rows.eligible for rows in held if rows.eligible is not None])
        can = can.astype(float)
    if can is not None and can.all():
        can = None
    lowered = None
    if held[0].lowered is not None:
        factors = np.concatenate([rows.lowered for rows in held if rows.lowered is not None])
        lowered = None if (factors == 1.0).all() else factors
    order = order_of_rows(held, features, length, timed=timed, learned=learned)
    group = None
    if clustered:
        group = np.concatenate([rows.group for rows in held if rows.group is not None])
    return ReplayLog(
        actions=tuple(actions),
        kind=kind,
        action=np.concatenate([rows.action for rows in held]),
        reward=np.concatenate([rows.reward for rows in held]),
        propensity=np.concatenate([rows.propensity for rows in held]),
        pmf=pmf,
        can=can,
        guess=guesses(held, features, length, order, clustered=clustered),
        features=z,
        group=group,
        whole=whole,
        unseen=unseen,
        order=order,
        lowered=lowered,
    )
