"""The context of a decision, as the policy gets it: a task, and the actions that are possible."""

from __future__ import annotations

import msgspec


class Action(msgspec.Struct, frozen=True, gc=False):
    """An action: a pool that could be asked now.

    `value_usd` is that of asking it, above stopping now: price, wait and scarcity are taken off.
    `quality` is the predicted chance that its label is right, `known_rate` the share of its past
    labels that were.
    """

    pool: str
    usd: float
    value_usd: float
    quality: float
    known_rate: float


class Context(msgspec.Struct, frozen=True, gc=False):
    """A task before a decision.

    `posterior` is calibrated. `may_answer` says whether the machine labeler could answer without
    any label, `has_prior` whether it has an opinion. `learned` counts the rewards learned so far.
    There is at least one action, or stopping is allowed.
    """

    actions: tuple[Action, ...]
    may_stop: bool
    may_answer: bool
    posterior: tuple[float, ...]
    labels: int
    labels_left: int
    worth_usd: float
    learned: int
    has_prior: bool = False
    budget_price: float = 0.0

    def prices(self) -> dict[str, float]:
        """Return what a label of each pool costs, in dollars."""
        return {action.pool: action.usd for action in self.actions}

    @property
    def is_enough(self) -> bool:
        """Whether no action is worth its price."""
        return max([action.value_usd for action in self.actions], default=0.0) <= 0.0
