"""A soak: a week on the embedded log as fast as it goes, and a while on Kafka with all faults.

    python bench/soak.py [--minutes 3] [--tasks-per-s 8] [--days 7] [--tasks-per-step 20]

On Kafka: several workers and a learner as processes, restarts, kills, rebalances, a group that
Kafka forgets, clocks that disagree, an upgrade from the release before (built from git) and back;
see `tests/faults/soak`. At the end it audits that nothing was lost or doubled, and says by how much
the memory of those that lived long has grown. `make faults-long` runs a shorter one.
"""

from __future__ import annotations

import sys
from pathlib import Path

# This folder has a module named kafka, which must not stand before kafka-python.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import tempfile
import time

from tests.broker.broker import Broker
from tests.faults.processes import ROOT
from tests.faults.soak.memory import grown
from tests.faults.soak.release import release_before
from tests.faults.soak.soak import BEFORE, NOW, Soak
from tests.faults.soak.week import live_a_week

FLAT = 0.1
"""Largest growth from the middle third of a life to the last."""


def say(what: str) -> None:
    """Print at once: it takes long."""
    print(what, flush=True)


def week(folder: Path, days: int, tasks_a_step: int) -> bool:
    """Live the days on the embedded log; whether memory was flat."""
    began = time.monotonic()
    lived = live_a_week(folder / "week.db", tasks_a_step, days, say)
    growth = grown(lived.megabytes)
    say(
        f"week: {days} days in {time.monotonic() - began:.0f} s, {lived.tasks:,} tasks,"
        f" {lived.decisions:,} decisions, {lived.rewards:,} rewards; audit clean;"
        f" memory {growth:+.1%}"
    )
    return growth < FLAT


def soak(folder: Path, minutes: float, tasks_per_s: float) -> bool:
    """Soak on Kafka; whether memory was flat."""
    trees = {NOW: ROOT}
    if before := release_before(folder / "before"):
        trees[BEFORE] = before
    with Broker() as broker:
        soaked = Soak(broker.address, folder, trees, tasks_per_s, say).run(minutes)
    happened = ", ".join(f"{what} {times}" for what, times in sorted(soaked.happened.items()))
    say(
        f"soak: {minutes:g} minutes, {soaked.tasks:,} tasks, {soaked.decisions:,} decisions,"
        f" {soaked.rewards:,} rewards; {happened}; audit clean"
    )
    for line in soaked.ended:
        say(f"ended by itself: {line}")
    for name, growth in soaked.growth.items():
        say(f"memory {growth:+.1%}: {name}")
    return all(growth < FLAT for growth in soaked.growth.values())


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="on Kafka; 0: none")
    parser.add_argument("--tasks-per-s", type=float, default=8.0)
    parser.add_argument("--days", type=int, default=7, help="on the embedded log; 0: none")
    parser.add_argument("--tasks-per-step", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        flat = not asked.days or week(folder, asked.days, asked.tasks_per_step)
        flat &= not asked.minutes or soak(folder, asked.minutes, asked.tasks_per_s)
    if not flat:
        sys.exit("memory is not flat")


if __name__ == "__main__":
    main()
