"""The verbs of the replay, for `poolwise.py` to mount."""

from __future__ import annotations

from replay.cli.evaluate import evaluate
from replay.cli.labelers import labelers
from replay.cli.savings import savings
from replay.cli.simulate import simulate
from replay.cli.tune import tune

__all__ = ["evaluate", "labelers", "savings", "simulate", "tune"]
