"""The context of a decision, as the policy gets it: a task, and the actions that are possible."""

from __future__ import annotations

import msgspec


class Action(msgspec.Struct, frozen=True, gc=False):
    """An action: a pool that could be asked now.

    `quality` is the predicted chance that its label is right, `known_rate` the share of its past
    labels that were. `cost_usd` is the price with the costs of waiting and of scarcity.
    """

    pool: str
    usd: float
    cost_usd: float
    quality: float
    known_rate: float


class Context(msgspec.Struct, frozen=True, gc=False):
    """A task before a decision.

    `posterior` is calibrated; `evidence` is the factor by which calibration shrinks a label's
    log-odds, at most 1. `learned` counts the rewards learned so far. There is at least one action,
    or stopping is allowed.
    """

    actions: tuple[Action, ...]
    may_stop: bool
    posterior: tuple[float, ...]
    evidence: float
    labels: int
    labels_left: int
    worth_usd: float
    learned: int
