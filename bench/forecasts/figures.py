"""Errors and coverage of `poolwise forecast` on real and simulated series, against seasonal naive.

    python bench/forecasts/figures.py [--crowd ../shared/data/crowd] [--seed 1] [--beside RUNS.npz]

Each origin chooses models and widths from what was known then, so nothing has seen its future.
MASE is the mean absolute error over that of the seasonal naive forecast within the series; `naive`
is the error over the naive forecast's in the same windows. `--beside RUNS.npz` forecasts from a few
origins, each from the values before it alone, and keeps what a peer needs to do the same:
bench/peers/statsforecast_errors.py.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, for bench.forecasts

import numpy as np

from bench.forecasts.data_sets import all_series
from replay.forecast.projection.backtest import origins_of
from replay.forecast.projection.projection import project

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORIGINS = 16
HORIZON = {12: 12, 24: 24}
"""A year of months, a day of hours."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crowd", type=Path, default=Path("../shared/data/crowd"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", type=Path)
    told = parser.parse_args()
    if told.beside:
        keep_for_peers(told)
        return
    print(f"{'series':<30} steps windows  MASE naive held   cpu s  best model")
    for series in all_series(told.crowd, told.seed):
        begin = time.process_time()
        horizon = HORIZON[series.seasons[0]]
        made = project(series, horizon).forecast
        taken = time.process_time() - begin
        print(
            f"{series.name:<30} {made.fitted_steps:5} {made.windows:7} {made.mase or 0:5.3f} "
            f"{made.relative_to_naive or 0:5.3f} {made.coverage or 0:4.0%} {taken:7.1f}  "
            f"{made.models[0]}",
            flush=True,
        )


def keep_for_peers(told: argparse.Namespace) -> None:
    """Forecast from a few origins of each series, and save series, origins and forecasts."""
    saved: dict[str, NDArray[np.float64]] = {}
    for series in all_series(told.crowd, told.seed):
        horizon = HORIZON[series.seasons[0]]
        origins = origins_of(len(series.values), horizon, series.seasons)
        some = origins[len(origins) // 3 :: max(1, len(origins) // (3 * ORIGINS // 2))][:ORIGINS]
        known = [replace(series, values=series.values[:origin]) for origin in some]
        saved[f"{series.name}/values"] = series.values
        saved[f"{series.name}/origins"] = np.array(some)
        saved[f"{series.name}/seasons"] = np.array(series.seasons)
        saved[f"{series.name}/ours"] = np.array(
            [project(each, horizon).forecast.values for each in known]
        )
    np.savez(told.beside, **saved)  # type: ignore[arg-type]  # allow_pickle is no series


if __name__ == "__main__":
    main()
