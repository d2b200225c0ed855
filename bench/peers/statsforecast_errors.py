"""Errors of statsforecast's AutoETS, AutoTheta and MSTL beside ours, from the same origins.

    python bench/forecasts/figures.py --beside RUNS.npz
    PEER/bin/python bench/peers/statsforecast_errors.py RUNS.npz

Runs where statsforecast is installed (2.1.1 needs pandas before 3, so it has an environment of its
own: see README.md here). Each model sees at most the last eight weeks before an origin. Figures are
mean absolute errors over that of the seasonal naive forecast in the same windows.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from statsforecast.models import MSTL, AutoETS, AutoTheta

MOST_STEPS = 8 * 168


def models(seasons: list[int]) -> dict[str, Any]:
    return {
        "AutoETS": AutoETS(season_length=seasons[0]),
        "AutoTheta": AutoTheta(season_length=seasons[0]),
        "MSTL": MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN")),
    }


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    told = parser.parse_args()
    runs = dict(np.load(told.runs))
    for name in [key.removesuffix("/values") for key in runs if key.endswith("/values")]:
        values, ours = runs[f"{name}/values"], runs[f"{name}/ours"]
        seasons = runs[f"{name}/seasons"].tolist()
        horizon = ours.shape[1]
        errors: dict[str, list[float]] = {"ours": []}
        naive: dict[int, list[float]] = {season: [] for season in seasons}
        taken: dict[str, float] = {}
        for origin, forecast in zip(runs[f"{name}/origins"].tolist(), ours, strict=True):
            truth = values[origin : origin + horizon]
            known = filled(values[max(0, origin - MOST_STEPS) : origin])
            errors["ours"].append(error(forecast, truth))
            for season in seasons:
                naive[season].append(error(np.resize(known[-season:], horizon), truth))
            for model, made in models([s for s in seasons if 2 * s < len(known)]).items():
                begin = time.process_time()
                errors.setdefault(model, []).append(
                    error(made.forecast(y=known, h=horizon)["mean"], truth)
                )
                taken[model] = taken.get(model, 0.0) + time.process_time() - begin
        base = min(float(np.nanmean(each)) for each in naive.values())
        shown = "  ".join(f"{m} {np.nanmean(e) / base:.3f}" for m, e in errors.items())
        print(f"{name:<30} {shown}   cpu s {sum(taken.values()):.0f}", flush=True)


def filled(values: Any) -> Any:
    """Fill gaps with the value before."""
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return values[last]


def error(forecast: Any, truth: Any) -> float:
    return float(np.nanmean(np.abs(np.maximum(forecast, 0.0) - truth)))


if __name__ == "__main__":
    main()
