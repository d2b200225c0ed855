"""Recommendations of `poolwise report` in markets with a planted inefficiency, and in a calm one.

    python bench/reports/planted.py --plants dear,labels,spammers,calm --seeds 201-220 [--tasks 800]

Each market is worked through by the engine. The report is on the first half of the tasks; what its
recommendation would have saved is measured on the second half, which has other tasks: by running
the same market again with the change (dear, labels), or as what the suspects were paid (spammers).

dear      two pools of equal skill at $0.03 and $0.10, asked evenly, three labels a task
labels    one pool that is right in 99 %, three labels a task where two would do
spammers  one pool of 24 labelers of whom four give random or constant answers, three labels a task
calm      the market calm of bench/markets, decided by the engine's own policy: nothing to find
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, for bench.decide

import msgspec

from bandit.engine.engine import Engine
from bandit.events import Decision, Reward, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from bench.decide import seeds_of
from replay.labeling_report.content.report import labeling_report
from replay.labeling_report.read.read_tasks import LabelingLog, labeling_log
from replay.log_files.histories import AUDIT, History
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, made_tasks
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bandit.events import Input, Output
    from replay.labeling_report.advice.recommendation import Recommendation

VALUE_USD = 1.0


class Gatherer:
    """An engine whose outputs are gathered by task, as a log's are."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.histories: dict[str, History] = {}

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        outputs = self.engine.receive(event)
        for output in outputs:
            if isinstance(output, Decision) and output.why != AUDIT:
                self._of(output.task, output.at).decisions.append(output)
            elif isinstance(output, Verdict):
                self._of(output.task, output.at).verdicts.append(output)
            elif isinstance(output, Reward):
                rewards = self._of(output.task, output.at).rewards
                rewards[:] = [one for one in rewards if one.ask != output.ask] + [output]
        return outputs

    def keep(self) -> None:
        self.engine.keep()

    def _of(self, task: str, at: float) -> History:
        return self.histories.setdefault(task, History(task, at, [], [], []))


class Outcome(NamedTuple):
    """What a report found in one market: its savings by kind, and what was saved in truth."""

    advice: Mapping[str, Recommendation]
    realised: float | None
    right: bool


def market_of(plant: str, seed: int, tasks: int) -> Market:
    """Make a market with something planted."""
    if plant == "calm":
        spec = resized(read_market("calm"), tasks)
        return build_market(spec, seed)
    cheap = PoolSpec(name="crowd", usd_per_label=0.03, skill=0.8, labelers=30, spread=500.0)
    pools = {
        "dear": (
            cheap,
            msgspec.structs.replace(cheap, name="trained", usd_per_label=0.10),
        ),
        "labels": (msgspec.structs.replace(cheap, skill=0.99, usd_per_label=0.05),),
        "spammers": (
            msgspec.structs.replace(
                cheap,
                labelers=24,
                choice=1,
                spammer_share=1 / 6,
                spammers=("random", "constant"),
            ),
        ),
    }
    arrivals = Arrivals(tasks_per_hour=60.0, deadline_s=14_400.0, value_usd=VALUE_USD)
    return Market(pools[plant], made_tasks(tasks, arrivals, seed, 3), seed, (), 0.60)


def run(plant: str, seed: int, tasks: int, policy: PolicySettings) -> list[History]:
    """Work through a market; return the histories in the order of their first decisions."""
    settings = Settings(seed=seed, policy=policy, audit=AuditSettings(share=0.05))
    market = market_of(plant, seed, tasks)
    gatherer = Gatherer(Engine(settings, Brain(settings), partitions=1))
    Drive(gatherer, market, settings.clock.max_jump_s / 2).run(market.events())
    return sorted(gatherer.histories.values(), key=lambda history: (history.at, history.task))


def outcome(plant: str, seed: int, tasks: int) -> Outcome:
    """Report on the first half of a market, and measure the saving on the second."""
    wanted = PolicySettings() if plant == "calm" else PolicySettings(name="uniform")
    histories = run(plant, seed, 2 * tasks, wanted)
    report = labeling_report(labeling_log("log", histories[:tasks]))
    later = labeling_log("later", histories[tasks:])
    advice: dict[str, Recommendation] = {one.kind: one for one in report.recommendations}
    realised: float | None = None
    right = False
    if plant == "dear" and "cheaper_pool" in advice:
        right = advice["cheaper_pool"].pools == ("trained", "crowd")
        only = PolicySettings(name="fixed", pool="crowd", explore_floor=1e-6)
        realised = _label_usd(later) - _changed(plant, seed, tasks, only)
    elif plant == "labels" and "fewer_labels" in advice:
        right = advice["fewer_labels"].cap == 2
        fewer = PolicySettings(name="uniform", max_labels=advice["fewer_labels"].cap or 0)
        realised = _label_usd(later) - _changed(plant, seed, tasks, fewer)
    elif plant == "spammers" and "suspects" in advice:
        bad = set(advice["suspects"].labelers)
        planted = market_of(plant, seed, 1).spammers
        right = bad <= {f"{pool}-{who:03d}" for pool, of in planted.items() for who in of.kinds}
        realised = sum(label.usd for label in later.labels() if label.labeler in bad)
    return Outcome(advice, realised, right)


def _changed(plant: str, seed: int, tasks: int, policy: PolicySettings) -> float:
    """Cost of the second half with another policy."""
    return _label_usd(labeling_log("changed", run(plant, seed, 2 * tasks, policy)[tasks:]))


def _label_usd(log: LabelingLog) -> float:
    return sum(task.label_usd for task in log.tasks)


KINDS = {"dear": "cheaper_pool", "labels": "fewer_labels", "spammers": "suspects"}


def rows(plants: Sequence[str], seeds: Sequence[int], tasks: int) -> Iterator[dict[str, object]]:
    """Yield one row for each market and seed."""
    for plant in plants:
        for seed in seeds:
            found = outcome(plant, seed, tasks)
            own = found.advice.get(KINDS.get(plant, ""))
            scale = 1000.0 / tasks
            yield {
                "plant": plant,
                "seed": seed,
                "found": own is not None and found.right,
                "kinds": sorted(found.advice),
                "saving": None if own is None else own.saving_usd.value,
                "low": None if own is None else own.saving_usd.low,
                "high": None if own is None else own.saving_usd.high,
                "realised": None if found.realised is None else found.realised * scale,
            }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plants", default="dear,labels,spammers,calm")
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("1-2"))
    parser.add_argument("--tasks", type=int, default=800)
    given = parser.parse_args()
    plants = given.plants.split(",")
    for plant in plants:
        found = held = told = 0
        for row in rows([plant], given.seeds, given.tasks):
            print(json.dumps(row), file=sys.stderr, flush=True)
            found += bool(row["found"]) if plant != "calm" else not row["kinds"]
            if row["realised"] is not None and row["found"]:
                told += 1
                held += row["low"] <= row["realised"] <= row["high"]  # type: ignore[operator]  # numbers where found
        word = "nothing invented" if plant == "calm" else "found"
        print(
            f"{plant}: {word} in {found} of {len(given.seeds)};"
            f" realised saving in its interval in {held} of {told}"
        )


if __name__ == "__main__":
    main()
