"""What following snapshots costs: a worker that follows against one that learns by itself.

    python bench/decisions/followers.py [--market demo] [--seeds 1-4] [--no-features] [--tasks N]
        [--tasks-per-hour 120,3600,36000] [--before]

Each runs through the same market. The follower's learner sees each reward at once and saves by the
schedule of `streams/learner/snapshot_schedule.py`, in simulated time, with the default settings of
a worker; every snapshot is adopted the moment it is saved. Printed are net in dollars a task (the
value of right first verdicts, less labels and audits) of both, and the follower's loss with its
standard error over the seeds, paired. At another rate of tasks, pools have as much more capacity,
or less. `--before` follows the schedule of releases that knew only worker.snapshot_every.
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
from bench.decisions.figures import figures
from bench.decisions.follower import Schedule, followed_outcome
from replay.market.live import live_outcome
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from replay.market_file.sections import MarketSpec


def spec_of(market: str, tasks: int | None, per_hour: float, *, features: bool) -> MarketSpec:
    """Read a market, with tasks and capacities at a rate."""
    spec = read_market(market)
    if tasks:
        spec = resized(spec, tasks)
    if not features:
        without = msgspec.structs.replace(spec.tasks, features="none")
        spec = msgspec.structs.replace(spec, tasks=without)
    faster = per_hour / spec.arrivals.tasks_per_hour
    arrivals = msgspec.structs.replace(spec.arrivals, tasks_per_hour=per_hour)
    pools = tuple(
        msgspec.structs.replace(
            pool,
            capacity_per_hour=pool.capacity_per_hour and pool.capacity_per_hour * faster,
        )
        for pool in spec.pools
    )
    return msgspec.structs.replace(spec, arrivals=arrivals, pools=pools)


def main() -> None:
    """Run both, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--market", default="demo")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-4"))
    parser.add_argument("--no-features", action="store_true")
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--tasks-per-hour", default="120,3600,36000")
    parser.add_argument("--before", action="store_true")
    given = parser.parse_args()
    schedule = Schedule(early=not given.before)
    print(f"market {given.market}, seeds {given.seeds}; {schedule}")
    print(f"{'tasks/h':>8}{'learns':>10}{'follows':>10}{'loss, $':>10}{'±':>8}{'snapshots':>11}")
    for text in given.tasks_per_hour.split(","):
        spec = spec_of(given.market, given.tasks, float(text), features=not given.no_features)
        value = spec.arrivals.value_usd or 1.0
        alone, follows, saved = [], [], []
        for seed in given.seeds:
            settings = msgspec.structs.replace(DEFAULTS, seed=seed)
            market = build_market(spec, seed)
            alone.append(figures(market, live_outcome(market, settings), value)["net"])
            market = build_market(spec, seed)
            outcome, snapshots = followed_outcome(market, settings, schedule)
            follows.append(figures(market, outcome, value)["net"])
            saved.append(snapshots)
        losses = [one - other for one, other in zip(alone, follows, strict=True)]
        error = stdev(losses) / math.sqrt(len(losses)) if len(losses) > 1 else math.nan
        print(
            f"{float(text):>8,.0f}{fmean(alone):>10.4f}{fmean(follows):>10.4f}"
            f"{fmean(losses):>10.4f}{error:>8.4f}{fmean(saved):>11.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
