"""The verbs of the replay, for `poolwise.py` to mount."""

from __future__ import annotations

from replay.evaluate_command import evaluate
from replay.market.command import simulate
from replay.savings.command import savings
from replay.tune.command import tune

__all__ = ["evaluate", "savings", "simulate", "tune"]
