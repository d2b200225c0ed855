"""Speed of a simulated market without an engine: tasks made, and each asked about several times.

    python bench/market.py [--markets demo,hostile,scarce] [--tasks 20000] [--asks 2] [--repeat 3]

Of each market, one line that a machine can read: `speed NAME TASKS/s`, the best of the repeats, in
seconds of this process alone, so that other processes disturb it less. Asks go to the pools in
turn. At least 20,000 tasks/s with two asks each are wanted.
"""

from __future__ import annotations

import argparse
import gc
import time
from itertools import cycle, islice

from bandit.events import Ask
from replay.market.pools import EXPERTS
from replay.market_file.build import build_market, resized
from replay.market_file.read import market_names, read_market


def seconds(name: str, tasks: int | None, asks: int, seed: int) -> tuple[float, int]:
    """Return the time that a market took, and the number of its tasks."""
    spec = read_market(name)
    if tasks and spec.tasks.source == "made":
        spec = resized(spec, tasks)
    gc.collect()
    begin = time.process_time()
    market = build_market(spec, seed)
    for _ in market.events():
        pass
    took = time.process_time() - begin
    pools = cycle([pool for pool in market.usd_per_label() if pool != EXPERTS])
    made = [
        Ask(
            task=task,
            project=one.task.project,
            ask=number,
            at=one.task.at,
            pool=pool,
            classes=one.task.classes,
            payload=None,
            expires_at=one.task.at + 900.0,
            exclude=(),
        )
        for task, one in market.tasks.items()
        for number, pool in enumerate(islice(pools, asks), start=1)
    ]
    begin = time.process_time()
    for ask in made:
        market.answer(ask, ask.at)
    return took + time.process_time() - begin, len(market.tasks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", default=",".join(market_names()))
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--asks", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    for name in given.markets.split(","):
        runs = [seconds(name, given.tasks, given.asks, seed) for seed in range(given.repeat)]
        print(f"speed {name} {max(tasks / took for took, tasks in runs):.0f} tasks/s", flush=True)


if __name__ == "__main__":
    main()
