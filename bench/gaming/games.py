"""What games of labelers, platforms and experts cost, against the same market without them.

    python bench/gaming/games.py [--market hostile] [--seeds 1-2] [--tasks 900] [--features]
        [--pools crowd,...] [--no-escalation] [--games Guesses,...]

The market's spammers are made honest. Printed are net in dollars a task (the value of right first
verdicts, less what was charged for labels and audits), its difference from the market without a
game on the same seeds, the share of right answers, cost and labels a task, tasks without an answer,
how many suspects `poolwise labelers` would list, and how many records were refused. Decision 45
says what follows.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, for bench.decide

import msgspec

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain
from bench.decide import DEFAULTS, seeds_of
from bench.decisions.figures import Figures, figures
from bench.gaming import by_labelers, by_platforms
from bench.gaming.gamed_market import GamedMarket
from bench.labelers import RewardKeeper
from replay.labelers.judged_label import judged_label
from replay.labelers.labelers_report import labelers_of
from replay.market.drive import Drive
from replay.market_file.build import resized
from replay.market_file.read import read_market

GAMES: dict[str, type[GamedMarket]] = {
    name: game
    for module in (by_labelers, by_platforms)
    for name, game in vars(module).items()
    if isinstance(game, type) and issubclass(game, GamedMarket) and game is not GamedMarket
}


def ran(given: argparse.Namespace, game: type[GamedMarket], seed: int) -> Figures:
    """Let a fresh engine work through a gamed market."""
    spec = resized(read_market(given.market), given.tasks)
    wanted = given.pools.split(",") if given.pools else [pool.name for pool in spec.pools]
    honest = [msgspec.structs.replace(pool, spammer_share=0.0) for pool in spec.pools]
    features = spec.tasks.features if given.features else "none"
    spec = msgspec.structs.replace(
        spec,
        pools=tuple(pool for pool in honest if pool.name in wanted),
        tasks=msgspec.structs.replace(spec.tasks, features=features),
    )
    policy = msgspec.structs.replace(DEFAULTS.policy, escalate=not given.no_escalation)
    settings = msgspec.structs.replace(DEFAULTS, seed=seed, policy=policy)
    market = game(spec, seed)
    keeper = RewardKeeper(Engine(settings, Brain(settings), partitions=1))
    outcome = Drive(keeper, market, settings.clock.max_jump_s / 2).run(market.events())
    found = figures(market, outcome, spec.arrivals.value_usd or 1.0)
    judged = (judged_label(reward, {}) for reward in keeper.rewards.values())
    labels = [label for label in judged if label is not None]
    report = labelers_of(sorted(labels, key=lambda label: label.at))
    found["suspects"] = sum(row.suspicion is not None for row in report)
    found["refused"] = len(outcome.dead)
    answers = [outcome.first.get(task) for task in market.tasks]
    found["unanswered"] = sum(one is None or one.answer is None for one in answers)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--market", default="hostile")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-2"))
    parser.add_argument("--tasks", type=int, default=900)
    parser.add_argument("--features", action="store_true")
    parser.add_argument("--pools", help="only these of the market's")
    parser.add_argument("--no-escalation", action="store_true")
    parser.add_argument("--games", default=",".join(GAMES))
    given = parser.parse_args()
    columns = ("net", "accuracy", "usd", "labels", "unanswered", "suspects", "refused")
    print(f"{'':<24}{'- none':>12}" + "".join(f"{name:>12}" for name in columns))
    without: list[Figures] = []
    games: dict[str, type[GamedMarket]] = {"none": GamedMarket}
    games |= {name: GAMES[name] for name in given.games.split(",")}
    for name, game in games.items():
        runs = [ran(given, game, seed) for seed in given.seeds]
        without = without or runs
        lost = fmean(one["net"] - plain["net"] for one, plain in zip(runs, without, strict=True))
        means = "".join(f"{fmean(one[column] for one in runs):>12.4f}" for column in columns)
        print(f"{name:<24}{lost:>12.4f}{means}", flush=True)


if __name__ == "__main__":
    main()
