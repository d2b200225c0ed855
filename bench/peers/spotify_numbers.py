"""What spotify-confidence 4.1 says of two arms, for tests/replay/experiment/test_spotify.py.

    PYTHONPATH=tests/replay/experiment PEER/bin/python bench/peers/spotify_numbers.py SPOTIFY.json

Runs where spotify-confidence is installed: see README.md here.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm
from spotify_confidence import ZTest, ZTestLinreg
from spotify_confidence.analysis.frequentist.confidence_computers.z_test_computer import (
    required_sample_size,
)
from spotify_design import ARM, CONTROL, EFFECT, LEVEL, POWER, tasks

warnings.filterwarnings("ignore")
COLUMNS = {"numerator_column": "sum", "numerator_sum_squares_column": "squares"}
COLUMNS |= {"denominator_column": "n", "categorical_group_columns": "arm"}


def sums() -> pd.DataFrame:
    """Sums by arm, as spotify-confidence takes them."""
    arm, cost, x = tasks()
    rows = []
    for number, name in enumerate((CONTROL, ARM)):
        y, z = cost[arm == number], x[arm == number]
        rows.append(
            {"arm": name, "n": len(y), "sum": y.sum(), "squares": (y * y).sum(), "x": z.sum(),
             "x_squares": (z * z).sum(), "cross": (y * z).sum()}
        )  # fmt: skip
    return pd.DataFrame(rows)


def answer(test: ZTest) -> dict[str, float]:
    row = test.difference(CONTROL, ARM).iloc[0]
    return {name: float(row[name]) for name in ("difference", "ci_lower", "ci_upper")}


frame = sums()
plain = ZTest(frame, interval_size=LEVEL, **COLUMNS)
features = {"feature_column": "x", "feature_sum_squares_column": "x_squares"}
adjusted = ZTestLinreg(
    frame, interval_size=LEVEL, feature_cross_sum_column="cross", **features, **COLUMNS
)
cost = tasks().cost
needed = required_sample_size(
    binary=False,
    non_inferiority=False,
    hypothetical_effect=EFFECT,
    control_avg=float(cost.mean()),
    control_var=float(np.var(cost, ddof=1)),
    z_alpha=float(norm.ppf((1 + LEVEL) / 2)),
    z_power=float(norm.ppf(POWER)),
    kappa=1.0,
    proportion_of_total=1.0,
)
said = {
    "version": version("spotify-confidence"),
    "plain": answer(plain),
    "adjusted": answer(adjusted),
    "tasks": float(needed),
}
Path(sys.argv[1]).write_text(json.dumps(said, indent=1) + "\n")
