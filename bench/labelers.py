"""False alarms and power of `poolwise labelers` in simulated markets, whose spammers are known.

    python bench/labelers.py --markets hostile,graded --seeds 201-208 [--tasks N]
        [--tasks-per-hour 15] [--kinds random,constant,gang,sleeper] [--no-features]
        [--next-labeler] [--looks 1] [--json]

The engine works through each market, and its rewards are what the report reads. Honest labelers who
are suspect are counted by labeler and market, and by months of 30 days of the market.
--next-labeler lets pools send the next labeler, not the preferred one: spammers get more labels.
`found` is the share of spammers who are suspect at any of --looks, after equal numbers of labels,
by how many labels they gave; a gang's member is `named` if they are suspect or among those whose
answers a suspect shares.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout, for bench.decide

import msgspec
from scipy.stats import binomtest

from bandit.days import DAY_S
from bandit.engine.engine import Engine
from bandit.events import Reward
from bandit.learn.brain import Brain
from bench.decide import DEFAULTS, seeds_of
from replay.labelers.judged_label import judged_label
from replay.labelers.labelers_report import labelers_of
from replay.market.drive import Drive
from replay.market.pools import SpammerKind
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import Input, Output
    from replay.labelers.judged_label import JudgedLabel
    from replay.market.market import Market

BINS = (0, 10, 20, 40, 80, 160)
"""Least labels of each bin."""


class RewardKeeper:
    """An engine whose newest rewards are kept."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rewards: dict[tuple[str, int], Reward] = {}

    def receive(self, event: Input | Reward) -> list[Output]:
        if isinstance(event, Reward):
            self.rewards[event.task, event.ask] = event
        return self.engine.receive(event)

    def keep(self) -> None:
        self.engine.keep()


def market_of(given: argparse.Namespace, name: str, seed: int) -> Market:
    """Make the market, with the arrivals and the kinds of spammers that are wanted."""
    spec = read_market(name)
    if given.tasks and spec.tasks.source == "made":
        spec = resized(spec, given.tasks)
    if given.no_features:
        tasks = msgspec.structs.replace(spec.tasks, features="none")
        spec = msgspec.structs.replace(spec, tasks=tasks)
    if given.tasks_per_hour:
        arrivals = msgspec.structs.replace(spec.arrivals, tasks_per_hour=given.tasks_per_hour)
        spec = msgspec.structs.replace(spec, arrivals=arrivals)
    kinds = cast("tuple[SpammerKind, ...]", tuple(given.kinds.split(",")))
    pools = tuple(
        msgspec.structs.replace(
            pool, spammers=kinds, choice=1 if given.next_labeler else pool.choice
        )
        for pool in spec.pools
    )
    return build_market(msgspec.structs.replace(spec, pools=pools), seed)


def labels_of(market: Market, seed: int) -> list[JudgedLabel]:
    """Let a fresh engine work through a market; return the labels as its log has them."""
    settings = msgspec.structs.replace(DEFAULTS, seed=seed)
    keeper = RewardKeeper(Engine(settings, Brain(settings), partitions=1))
    Drive(keeper, market, settings.clock.max_jump_s / 2).run(market.events())
    found = (judged_label(reward, {}) for reward in keeper.rewards.values())
    return [label for label in found if label is not None]


def figures(
    given: argparse.Namespace, name: str, seed: int
) -> Iterator[tuple[str, str, int, bool, float]]:
    """Yield who was found: (kind or `honest`, what is counted, labels, whether, days looked at)."""
    market = market_of(given, name, seed)
    labels = sorted(labels_of(market, seed), key=lambda label: label.at)
    looks = [
        labelers_of(labels[: len(labels) * look // given.looks])
        for look in range(1, given.looks + 1)
    ]
    suspects = {row.labeler for rows in looks for row in rows if row.suspicion}
    days = (labels[-1].at - labels[0].at) / DAY_S
    kinds = {
        f"{pool}-{who:03d}": kind
        for pool, spammers in market.spammers.items()
        for who, kind in spammers.kinds.items()
    }
    named = {
        name for rows in looks for row in rows if row.suspicion for name in row.suspicion.others
    }
    for row in looks[-1]:
        kind = kinds.get(row.labeler, "honest")
        suspect = row.labeler in suspects
        if kind == "honest" and suspect:
            print(f"  honest, suspect: {name} {seed} {row}", file=sys.stderr)
        yield kind, "found", row.labels, suspect, days
        yield kind, "named", row.labels, suspect or row.labeler in named, days


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markets", default="hostile")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-2"))
    parser.add_argument("--tasks", type=int)
    parser.add_argument("--tasks-per-hour", type=float, default=15.0)
    parser.add_argument("--kinds", default=",".join(get_args(SpammerKind)))
    parser.add_argument("--no-features", action="store_true")
    parser.add_argument("--next-labeler", action="store_true")
    parser.add_argument("--looks", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seen: Counter[tuple[str, str, int]] = Counter()
    found: Counter[tuple[str, str, int]] = Counter()
    months = 0.0
    for name in given.markets.split(","):
        for seed in given.seeds:
            for kind, what, labels, is_found, days in figures(given, name, seed):
                of = max(least for least in BINS if least <= labels)
                seen[kind, what, of] += 1
                months += days / 30.0 if (kind, what) == ("honest", "found") else 0.0
                found[kind, what, of] += is_found
            honest = sum(
                n for (kind, what, _), n in seen.items() if (kind, what) == ("honest", "found")
            )
            print(f"  {name} {seed}: {honest} honest labelers so far", file=sys.stderr, flush=True)
    if given.json:
        print(json.dumps([[*key, n, found[key]] for key, n in sorted(seen.items())]))
        return
    of_honest = [key for key in seen if key[:2] == ("honest", "found")]
    n, alarms = sum(seen[key] for key in of_honest), sum(found[key] for key in of_honest)
    for what, count in (("labelers", n), ("labeler-months", round(months))):
        interval = binomtest(alarms, max(1, count)).proportion_ci(0.95, method="exact")
        shares = f"{100 * interval.low:.2f} to {100 * interval.high:.2f} %"
        print(f"honest: {alarms} suspect in {count} {what} ({shares})")
    print("labels   " + "".join(f"{f'{least}+':>12}" for least in BINS))
    for kind, what in sorted({key[:2] for key in seen}):
        if what == "named" and kind != "gang":
            continue
        cells = [f"{found[kind, what, b]} of {seen[kind, what, b]}" for b in BINS]
        print(f"{kind} {what}".ljust(16) + "".join(f"{cell:>12}" for cell in cells))


if __name__ == "__main__":
    main()
