"""Whether policies that learn are evaluated right, and whether `tune` chooses right.

    python bench/tune.py [--keep tune.jsonl] [--logs 200] [--rows 10000] [--long-logs 20]
                         [--markets 3 4] [--first 0]

1. Learning policies. In markets (bench/simulated), uniform logs of 10,000 rows: how often the
   95 % interval of an ε-greedy learner, at four rates, holds the mean of 200 live runs of the same
   length T'. A rate fails below 182 of 200 logs: false alarm .6 % a rate at a true .95, 5 % over
   both markets; a true .88 is caught nine times in ten. In both markets the best live rate is not
   the smallest: choosing the smallest in over a tenth of the logs fails.
2. Tuning. In the first of them, uniform logs of 100,000 rows, the 12 usual candidates: the live
   value of the one that is chosen must be within 5 % of the gap from uniform to the best live one
   in 18 of 20 logs, each within two minutes; and the width that it promises for tomorrow's interval
   is compared with that of `evaluate` on a log that the live candidate, as at the end of its
   history, goes on to write: the median error must be at most 15 %.

`--first` is the seed of the first log: others than those that a method was made with say more.
Every log's figures are kept as they come, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bandit.settings import PolicySettings
from bench.simulated.learners import NAMES, TYPE_NAMES, TYPES, Market, chances, held, live
from replay import evaluate
from replay.learning.config import Walking
from replay.learning.rejection_replay import acceptance_of, horizon_of, walk
from replay.learning.uncertainty import spread
from replay.tune.answer import TuneRequest, answer
from replay.tune.candidates import grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.tune.result import Tuning

RATES = (0.02, 0.1, 0.2, 0.4)
LEARNERS = [
    PolicySettings(explorer="epsilon_greedy", rate=rate, explore_floor=0.001) for rate in RATES
]
RUNS = 200
LEVEL = 0.95


class Kept:
    """Figures by key, each written to a file as soon as it is there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self._known = {tuple(key): value for key, value in map(json.loads, lines)}

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """Return what is kept under a key, made where it isn't yet."""
        if key not in self._known:
            self._known[key] = make()
            with self._path.open("a") as file:
                file.write(json.dumps([key, self._known[key]]) + "\n")
        return self._known[key]


def live_means(market: Market, candidates: Sequence[PolicySettings], horizon: int) -> list[Any]:
    """Mean and standard deviation of live runs of each candidate."""
    runs, _, _ = live(market, candidates, horizon, RUNS)
    return [runs.mean(axis=1).tolist(), runs.std(axis=1, ddof=1).tolist()]


def one_log(market: Market, n: int, seed: int) -> list[list[float]]:
    """Value and single interval of every learner on one log, and those that hold together."""
    log = held(market.log(n, seed))
    plan, _ = Walking(seed=seed).plan(log)
    found = spread(walk(log, LEARNERS, plan))
    each = [found.of(np.eye(len(LEARNERS))[:, [at]]).bounds(LEVEL) for at in range(len(LEARNERS))]
    joint = found.bounds(LEVEL)
    return [
        found.value.tolist(),
        [float(one.low[0]) for one in each],
        [float(one.high[0]) for one in each],
        joint.low.tolist(),
        joint.high.tolist(),
    ]


def learning(kept: Kept, market: Market, seeds: range, n: int) -> int:
    """Print how often intervals hold the live mean; how many checks fail."""
    horizon = horizon_of(n, 0.2)
    truth, apart = kept.get(
        ("live", market.seed, horizon), lambda: live_means(market, LEARNERS, horizon)
    )
    found = np.array(
        [
            kept.get(("log", market.seed, n, seed), partial(one_log, market, n, seed))
            for seed in seeds
        ]
    )
    value, low, high, joint_low, joint_high = found.transpose(1, 0, 2)
    holds = (low <= truth) & (truth <= high)
    together = ((joint_low <= truth) & (truth <= joint_high)).all(axis=1)
    smallest = (value.argmax(axis=1) == 0).mean()
    logs = len(seeds)
    least = 0.91 * logs
    print(f"market {market.seed}: uniform {market.uniform:.3f}, best {market.best:.3f}")
    print(f"  {logs} logs of {n} rows against {RUNS} live runs of T' = {horizon}")
    failed = 0
    for at, rate in enumerate(RATES):
        fails = holds[:, at].sum() < least
        failed += fails
        print(
            f"  rate {rate:<5} live {truth[at]:.4f} (sd {apart[at]:.4f})  estimate"
            f" {value[:, at].mean():.4f} (sd {value[:, at].std(ddof=1):.4f})  holds"
            f" {holds[:, at].mean():.3f}  half {((high - low)[:, at] / 2).mean():.4f}"
            f"{'  FAILS' if fails else ''}"
        )
    best = RATES[int(np.argmax(truth))]
    fails = smallest > 0.1 or together.sum() < least or best == RATES[0]
    print(
        f"  all four together {together.mean():.3f}; best live rate {best}; the smallest is chosen"
        f" in {100 * smallest:.1f} % of the logs{'  FAILS' if fails else ''}",
        flush=True,
    )
    return failed + fails


def long_log(market: Market, n: int, seed: int) -> dict[str, Any]:
    """Tune on one log, and write tomorrow's with the live candidate."""
    start = time.perf_counter()
    log = held(market.log(n, 10_000 + seed))
    found = answer(log, TuneRequest(grid(), walking=Walking(seed=seed)))
    taken = time.perf_counter() - start
    wide, pess = tomorrow(market, found, n, seed)
    return {
        "seconds": taken,
        "chosen": found.chosen,
        "surely": sum(one.under_best.low > 0 for one in found.candidates),
        "values": [one.earns.value for one in found.candidates],
        "promised": found.best.tomorrow_width,
        "wide": wide,
        "promised_pess": found.best.tomorrow_pess,
        "pess": pess,
    }


def tomorrow(market: Market, found: Tuning, n: int, seed: int) -> tuple[float, float]:
    """Width and pESS of `evaluate --target uniform` on a log by the chosen candidate, live."""
    _, learners, policies = live(market, [found.best.settings], found.horizon, 1, 100 + seed)
    rng = np.random.default_rng([market.seed, seed, 13])
    x = rng.integers(0, TYPES, n)
    rows = market.rows(rng, x, chances(learners, policies, x[None])[0])
    assert rows.logged_pmf is not None
    table = {
        "action": np.array(NAMES)[rows.action],
        "reward": rows.reward,
        "type": TYPE_NAMES[x],
        **{f"p_{name}": rows.logged_pmf[:, at] for at, name in enumerate(NAMES)},
    }
    said = evaluate(pa.table(table), logged="columns:p_", context=["type"], target="uniform")
    dr = next(one for one in said.estimates + said.withheld if one.estimator == "DR")
    return dr.high - dr.low, said.diagnostics.pess or 0.0


def tuning(kept: Kept, market: Market, seeds: range, n: int) -> int:
    """Print how good the choices are; how many checks fail."""
    horizon = horizon_of(n, acceptance_of(np.array([0.2])))
    candidates = grid()
    truth, apart = kept.get(
        ("live12", market.seed, horizon), lambda: live_means(market, candidates, horizon)
    )
    logs, gap = len(seeds), max(truth) - market.uniform
    print(f"market {market.seed}: {logs} logs of {n} rows, T' = {horizon}, 12 candidates")
    for one, mean, sd in zip(candidates, truth, apart, strict=True):
        print(f"  {one.explorer:15}{one.rate:<6g} live {mean:.4f} (sd {sd:.4f})")
    good, errors, worths, times = 0, [], [], []
    for seed in seeds:
        one = kept.get(("long", market.seed, n, seed), partial(long_log, market, n, seed))
        lost = (max(truth) - truth[one["chosen"]]) / gap
        good += lost <= 0.05
        errors.append(abs(one["promised"] / one["wide"] - 1))
        worths.append(abs(one["promised_pess"] / one["pess"] - 1))
        times.append(one["seconds"])
        print(
            f"  log {seed:2}: {candidates[one['chosen']].explorer} "
            f"{candidates[one['chosen']].rate:g}, loses {100 * lost:.1f} % of the gap, surely"
            f" better than {one['surely']}; width promised {one['promised']:.4f},"
            f" was {one['wide']:.4f}; {one['seconds']:.0f} s",
            flush=True,
        )
    fails = (good < 0.9 * logs) + (np.median(errors) > 0.15) + (max(times) > 120)
    print(
        f"  within 5 % of the gap: {good} of {logs}; median error of the width"
        f" {100 * np.median(errors):.1f} % (largest {100 * max(errors):.1f} %),"
        f" of pESS {100 * np.median(worths):.1f} %;"
        f" {np.median(times):.0f} s a log, {max(times):.0f} s at most"
    )
    return int(fails)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, default=Path("tune.jsonl"))
    parser.add_argument("--logs", type=int, default=200)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--long-logs", type=int, default=20)
    parser.add_argument("--long-rows", type=int, default=100_000)
    parser.add_argument("--markets", type=int, nargs="+", default=[3, 4])
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    kept, first = Kept(asked.keep), asked.first
    markets = [Market(seed) for seed in asked.markets]
    seeds = range(first, first + asked.logs)
    failed = sum(learning(kept, market, seeds, asked.rows) for market in markets)
    failed += tuning(kept, markets[0], range(first, first + asked.long_logs), asked.long_rows)
    print(f"{failed} checks fail")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
