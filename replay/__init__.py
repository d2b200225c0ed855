"""Replay looks back: off-policy evaluation, simulation and reports; it reads logs only.

`replay.evaluate` and `replay.compare` are the Python calls behind `poolwise evaluate`;
`replay.plan_experiment` and `replay.read_experiment` those behind `poolwise experiment`;
`replay.weigh` says what labels that were given already say.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replay.evaluation.api import compare, evaluate
    from replay.experiment.api import plan_experiment, read_experiment
    from replay.weighing.weigh import weigh

__all__ = ["compare", "evaluate", "plan_experiment", "read_experiment", "weigh"]

MODULES = {
    "compare": "replay.evaluation.api",
    "evaluate": "replay.evaluation.api",
    "plan_experiment": "replay.experiment.api",
    "read_experiment": "replay.experiment.api",
    "weigh": "replay.weighing.weigh",
}


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: other parts do without it."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(MODULES[name]), name)
