"""The verbs of the replay, for `poolwise.py` to mount."""

from __future__ import annotations

from replay.cli.evaluate import evaluate
from replay.cli.experiment import experiment
from replay.cli.features import features
from replay.cli.forecast import forecast
from replay.cli.labelers import labelers
from replay.cli.report import report
from replay.cli.savings import savings
from replay.cli.simulate import simulate
from replay.cli.tune import tune

__all__ = [
    "evaluate",
    "experiment",
    "features",
    "forecast",
    "labelers",
    "report",
    "savings",
    "simulate",
    "tune",
]
