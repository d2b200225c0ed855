"""What vw-estimators 0.2.2 says of three designs, for tests/replay/estimators/test_peers.py.

    PYTHONPATH=tests/replay/estimators PEER/bin/python bench/peers/vw_numbers.py GOLDEN/vw.json

Runs where vw-estimators is installed: see README.md here. Writes one case a line: design, estimator
or interval, what it was told, and the value, or both ends and `alpha`.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from estimators.bandits import clopper_pearson, cressieread, cs, gaussian, ips, mle, snips
from peers_model import DESIGNS, design

ALPHAS = (0.05, 0.2)
LARGEST = {"wmax": 200.0}
WIDE = {"rmin": -1.0, "rmax": 2.0}
SEEN = {"rmin": 0.2, "rmax": 0.5, "empirical_r_bounds": True}  # widened by the rewards

ESTIMATORS: list[tuple[str, Any, dict[str, Any]]] = [
    ("ips", ips, {}),
    ("snips", snips, {}),
    ("mle", mle, {}),
    ("mle", mle, LARGEST),
    ("cressieread", cressieread, {}),
    ("cressieread", cressieread, LARGEST),
]
INTERVALS: list[tuple[str, Any, dict[str, Any]]] = [
    ("gaussian", gaussian, {}),
    ("clopper_pearson", clopper_pearson, {}),
    ("clopper_pearson", clopper_pearson, WIDE),
    ("cressieread", cressieread, {}),
    ("cressieread", cressieread, LARGEST),
    ("cressieread", cressieread, WIDE),
    ("cressieread", cressieread, SEEN),
    ("cs", cs, {}),
    ("cs", cs, WIDE),
    ("cs", cs, SEEN),
]


def received(sums: Any, name: str) -> Any:
    """Give a design's rows to sums, one by one, as vw-estimators takes them."""
    for w, r in zip(*(column.tolist() for column in design(name)), strict=True):
        sums.add_example(1.0, r, w)
    return sums


def cases(name: str) -> list[dict[str, Any]]:
    """Every estimator's value and every interval's ends on one design."""
    answered = []
    for kind, module, told in ESTIMATORS:
        value = float(received(module.Estimator(**told), name).get())
        answered.append({"design": name, "estimator": kind, "told": told, "value": value})
    for kind, module, told in INTERVALS:
        sums = received(module.Interval(**told), name)
        for alpha in ALPHAS:
            low, high = (float(end) for end in sums.get(alpha))
            ends = {"alpha": alpha, "low": low, "high": high}
            answered.append({"design": name, "interval": kind, "told": told, **ends})
    return answered


def main() -> None:
    golden = Path(sys.argv[1])
    every = [case for name in DESIGNS for case in cases(name)]
    lines = ",\n".join(f"    {json.dumps(case)}" for case in every)
    head = json.dumps({"vw-estimators": version("vw-estimators")})
    golden.write_text(f'{head[:-1]}, "cases": [\n{lines}\n]}}\n')
    print(f"{len(every)} cases written to {golden}")


if __name__ == "__main__":
    main()
