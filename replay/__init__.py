"""Replay looks back: off-policy evaluation, simulation and reports; it reads logs only.

`replay.evaluate` and `replay.compare` are the Python calls behind `poolwise evaluate`;
`replay.plan_experiment` and `replay.read_experiment` those behind `poolwise experiment`,
`replay.forecast_log` and `replay.forecast_table` those behind `poolwise forecast`, and
`replay.tune_log` that behind `poolwise tune LOG`; `replay.weigh` says what labels that were given
already say; `replay.simulate` runs an engine in a simulated market, of which `replay.read_market`
reads the file.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from replay.evaluation.api import compare, evaluate
    from replay.experiment.api import plan_experiment, read_experiment
    from replay.forecast.api import forecast_log, forecast_table
    from replay.market_file.api import Simulation, simulate
    from replay.market_file.read import read_market
    from replay.tune.tune import tune as tune_log
    from replay.weighing.weigh import weigh

__all__ = [
    "Simulation",
    "compare",
    "evaluate",
    "forecast_log",
    "forecast_table",
    "plan_experiment",
    "read_experiment",
    "read_market",
    "simulate",
    "tune_log",
    "weigh",
]

MODULES = {
    "Simulation": "replay.market_file.api",
    "compare": "replay.evaluation.api",
    "evaluate": "replay.evaluation.api",
    "forecast_log": "replay.forecast.api",
    "forecast_table": "replay.forecast.api",
    "plan_experiment": "replay.experiment.api",
    "read_experiment": "replay.experiment.api",
    "read_market": "replay.market_file.read",
    "simulate": "replay.market_file.api",
    "tune_log": "replay.tune.tune:tune",
    "weigh": "replay.weighing.weigh",
}
"""Where what is public is; behind a colon, its name there, if that is another."""


def __getattr__(name: str) -> Any:
    """Load what is public when it is asked for: other parts do without it."""
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, inner = MODULES[name].partition(":")
    return getattr(import_module(module), inner or name)
