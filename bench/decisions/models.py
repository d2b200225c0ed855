"""External models beside people: one that is right 90 % of the time, an echo, and chance.

    python bench/decisions/models.py [--market demo] [--seeds 1-4] [--rows people,judge+ echo,...]
        [--no-features] [--no-gold] [--tasks N]

As pools of one labeler at $0.01 a label, and as free predictions: see
`bench/decisions/external_models.py`. Rows are runs in the same market with other models in it; net
in dollars a task, and its gain over the market without models with the standard error over the
seeds, paired; labels a task, of all and of each model, and of the models among the last tenth of
the tasks, by when it is known what they are worth.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout

import msgspec

from bench.decide import DEFAULTS, seeds_of
from bench.decisions.external_models import ModelMarket
from bench.decisions.figures import figures
from replay.market.live import live_outcome
from replay.market_file.build import resized
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from bench.decisions.external_models import Model
    from bench.decisions.figures import Figures
    from replay.market_file.sections import MarketSpec

ROWS: dict[str, tuple[tuple[Model, ...], tuple[Model, ...]]] = {
    "people": ((), ()),
    "judge": (("judge",), ()),
    "echo": (("echo",), ()),
    "judge, echo": (("judge", "echo"), ()),
    "predicts: judge": ((), ("judge",)),
    "predicts: echo": ((), ("echo",)),
    "predicts: both": ((), ("judge", "echo")),
    "predicts: shuffled": ((), ("shuffled",)),
}


def run(
    spec: MarketSpec, seed: int, asked: tuple[Model, ...], predicting: tuple[Model, ...]
) -> Figures:
    """Run poolwise in a market with models; return its figures, and labels a task by model."""
    market = ModelMarket(spec, seed, asked, predicting)
    outcome = live_outcome(market, msgspec.structs.replace(DEFAULTS, seed=seed))
    found = figures(market, outcome, spec.arrivals.value_usd or 1.0)
    last = {name for name, one in market.tasks.items() if one.progress >= 0.9}
    for model in ("judge", "echo"):
        of = [label for label in outcome.labels if label.pool == model]
        found[model] = len(of) / len(market.tasks)
        found[f"{model}, late"] = sum(label.task in last for label in of) / len(last)
    return found


def main() -> None:
    """Run all rows, and print their figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--market", default="demo")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-4"))
    parser.add_argument("--rows", default=",".join(name.replace(",", "+") for name in ROWS))
    parser.add_argument("--no-features", action="store_true")
    parser.add_argument("--no-gold", action="store_true")
    parser.add_argument("--tasks", type=int)
    given = parser.parse_args()
    spec = read_market(given.market)
    if given.tasks:
        spec = resized(spec, given.tasks)
    if given.no_features:
        tasks = msgspec.structs.replace(spec.tasks, features="none")
        spec = msgspec.structs.replace(spec, tasks=tasks)
    if given.no_gold:
        spec = msgspec.structs.replace(spec, experts=None)
    columns = (
        "net",
        "gain",
        "±",
        "right",
        "cost",
        "labels",
        "judge",
        "late",
        "echo",
        "late",
        "ECE",
    )
    print(f"market {given.market}, seeds {given.seeds}")
    print(f"{'':18}" + "".join(f"{name:>8}" for name in columns))
    people: list[Figures] = []
    for name in [text.replace("+", ",") for text in given.rows.split(",")]:
        runs = [run(spec, seed, *ROWS[name]) for seed in given.seeds]
        people = people or runs
        gains = [one["net"] - other["net"] for one, other in zip(runs, people, strict=True)]
        error = stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else math.nan
        keys = ("accuracy", "usd", "labels", "judge", "judge, late", "echo", "echo, late", "ece")
        means = [fmean(run[key] for run in runs) for key in keys]
        net = fmean(run["net"] for run in runs)
        cells = [net, fmean(gains), error, *means]
        print(f"{name:18}" + "".join(f"{cell:>8.3f}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
