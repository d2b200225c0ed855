"""Intervals of a peer for many simulated logs at once, for the table of who covers what.

    PEER/bin/python bench/peers/cover.py RUNS.npz OUT.json [--level 0.95] [--rounds 100] [--seed 1]

Runs where obp or vw-estimators is installed, and asks the one it finds: see README.md here.
RUNS.npz holds arrays of shape (runs, n): `w` and `r`, and, for the estimators that use a model,
`direct` (Σₐ π q̂) and `q` (q̂ of the logged action). `bounds`, shape (2,), are the least and the
largest reward that can be, [0, 1] unless told.

OUT.json holds for each interval `lower` and `upper`, a number a run (null where the peer gives
none), and the `seconds` it took.
"""

from __future__ import annotations

import argparse
import json
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import peer_obp
import peer_vw


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--level", type=float, default=0.95)
    parser.add_argument("--rounds", type=int, default=100, help="bootstrap rounds of obp")
    parser.add_argument("--seed", type=int, default=1, help="seed of obp's bootstrap")
    told = parser.parse_args()
    runs = dict(np.load(told.runs))
    alpha = round(1.0 - told.level, 12)
    if find_spec("obp"):
        makers = peer_obp.makers(runs, alpha, told.rounds, told.seed)
    elif find_spec("estimators"):
        makers = peer_vw.makers(runs, alpha)
    else:
        parser.error("neither obp nor vw-estimators is installed here: see bench/peers/README.md")
    answered = {}
    for name, make in makers.items():
        start = time.perf_counter()
        ends = [make(run) for run in range(len(runs["w"]))]
        answered[name] = {
            "lower": [low for low, _ in ends],
            "upper": [high for _, high in ends],
            "seconds": round(time.perf_counter() - start, 3),
        }
    told.out.write_text(json.dumps(answered) + "\n")
    print(f"{len(answered)} intervals of {len(runs['w'])} runs written to {told.out}")


if __name__ == "__main__":
    main()
