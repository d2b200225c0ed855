"""What a policy sees: one task as it stands, and what could be done about it now."""

from __future__ import annotations

import msgspec


class Action(msgspec.Struct, frozen=True, gc=False):
    """A pool that could be asked now.

    `quality` is the predicted chance that its label is right, `known_rate` the share of its labels
    that were. `cost_usd` is the price with what the wait and the pool's scarcity cost.
    """

    pool: str
    usd: float
    cost_usd: float
    quality: float
    known_rate: float


class Context(msgspec.Struct, frozen=True, gc=False):
    """One task before a decision.

    `posterior` is calibrated; `evidence` is how much of a label's log-odds calibration believes.
    `learned` counts the rewards learned so far. There is an option, or stopping is allowed.
    """

    actions: tuple[Action, ...]
    may_stop: bool
    posterior: tuple[float, ...]
    evidence: float
    labels: int
    labels_left: int
    worth_usd: float
    learned: int
