"""Snapshots: their size and time with many labelers, and at 1,000 rewards a second.

    python bench/snapshots.py [--labelers 50000] [--minutes 5] [--newcomers 0.2] [--full 100000]

First a brain that knows `--full` labelers of ten pools, in a project of five classes: how large a
snapshot is, how long it takes to make, and how long adopting it pauses a follower.

Then rewards of ten pools with 18 features; every labeler comes back at random, a share of the
labels are by new ones. Learning is not slowed down to the rate: `snapshots` says how many would
have been written in the time that the rewards stand for, by `worker.snapshot_every` alone (before)
and with `worker.snapshot_min_s`. Each is written once and read by every follower.
"""

from __future__ import annotations

import argparse
import random
import time

import msgspec
import numpy as np

from bandit.events import Reward
from bandit.labels.labelers import CHAINS
from bandit.learn import saved_brain
from bandit.learn.brain import Brain
from bandit.learn.pool_quality import key_of
from bandit.learn.track_record import LABELER_DECAY
from bandit.settings import MemorySettings, Settings
from streams.config.config import WorkerSettings

RATE = 1000.0


def reward(number: int, chance: random.Random, labelers: int, newcomers: float) -> Reward:
    """Return the reward of a label that others agree with, one in twenty judged by gold."""
    new = chance.random() < newcomers
    labeler = f"new-{number}" if new else f"labeler-{chance.randrange(labelers)}"
    gold = chance.random() < 0.05
    right = chance.random() < 0.8
    return Reward(
        task=f"t{number}",
        project="p",
        ask=1,
        revision=0,
        at=number / RATE,
        decided_at=number / RATE,
        why="first",
        classes=("yes", "no"),
        features_version=1,
        features={
            f"f{i}": chance.random() if i % 2 else f"v{chance.randrange(50)}" for i in range(18)
        },
        signals={"load": chance.random()},
        pmf={"a": 1.0},
        propensity=1.0,
        pool=f"pool-{chance.randrange(10)}",
        labeler=labeler,
        answer="yes",
        labeler_signals={"rate": 1.1, "task": 0.0, "speed": 0.1, "session": 0.2},
        target="yes" if gold else {"yes": 0.8, "no": 0.2},
        basis="gold" if gold else "consensus",
        quality=float(right) if gold else 0.8 if right else 0.2,
        usd=0.02,
        delay_s=30.0 * chance.random(),
        seconds_spent=None,
        reward=0.8,
        weights_id="w",
    )


def full(labelers: int, classes: int, labels: int = 12) -> Brain:
    """Return a brain that knows many labelers, each of `labels` labels on average.

    Their counts are drawn like those that learning leaves: chances of the classes, added up by
    answer; so no part of a snapshot is shorter than after 12 labels each.
    """
    brain = Brain(Settings(memory=MemorySettings(max_labelers=10**9)))
    chance, numbers = random.Random(1), np.random.default_rng(1)
    names = tuple(f"class {i}" for i in range(classes))
    for number in range(2_000):
        answer = chance.choice(names)
        brain.learn(
            msgspec.structs.replace(
                reward(number, chance, labelers, 0.0),
                task=f"t{number // 3}",
                classes=names,
                answer=answer,
                target=answer,
                basis="gold",
                machine_labels=number % 3 + 1,
            )
        )
    known = brain.project("p").labels.labelers
    given = numbers.geometric(1.0 / labels, labelers)
    slots = np.empty(labelers, np.int64)
    for i, count in enumerate(given.tolist()):
        name, at = f"labeler-{i}", 3.0 * i
        slots[i] = known.slot(name, chance.randrange(len(known.pools)))
        record = brain._labelers.seen(key_of("p", name), at, brain.position)  # noqa: SLF001
        for _ in range(count):
            at += 40.0 * chance.random()
            record.judge(chance.random(), LABELER_DECAY, gold=chance.random() < 0.05)
            record.answer(at, 30.0 * chance.random(), LABELER_DECAY)
    for number in range(given.max()):
        who = np.flatnonzero(given > number)
        answers = numbers.integers(classes, size=len(who))
        shares = numbers.dirichlet(np.full(classes, 0.2), (len(who), CHAINS))
        for chain in range(CHAINS):
            known.counts[slots[who], chain, :, answers] += shares[:, chain].astype(np.float32)
    known.given[slots] += given
    return brain


def say_full(labelers: int, classes: int = 5) -> None:
    """Print what a snapshot with many labelers costs the processor: the best of three times."""
    brain = full(labelers, classes)
    follower = Brain(Settings())
    data, saving, adopting = b"", [], []
    for _ in range(3):
        began = time.process_time()
        data = brain.to_bytes()
        saving.append(time.process_time() - began)
        began = time.process_time()
        follower.adopt(data)
        adopting.append(time.process_time() - began)
    print(
        f"{labelers:,} labelers, {classes} classes: a snapshot of {len(data) / 1e6:.1f} MB,"
        f" saved in {1e3 * min(saving):,.0f} ms, adopted in {1e3 * min(adopting):,.0f} ms"
    )


def main() -> None:
    """Learn, and say what snapshots cost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--labelers", type=int, default=50_000)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--newcomers", type=float, default=0.2)
    parser.add_argument("--full", type=int, default=100_000)
    given = parser.parse_args()
    say_full(given.full)
    count = int(given.minutes * 60 * RATE)
    chance = random.Random(1)
    rewards = [reward(i, chance, given.labelers, given.newcomers) for i in range(count)]
    print(f"{count:,} rewards, {count / RATE:,.0f} s at {RATE:,.0f} a second")
    worker = WorkerSettings()
    for name, memory in (
        ("no limit", MemorySettings(max_labelers=10**9)),
        ("as set", MemorySettings()),
        ("5,000 labelers", MemorySettings(max_labelers=5_000)),
    ):
        brain = Brain(Settings(memory=memory))
        began = time.process_time()
        for one in rewards:
            brain.learn(one)
        learned = time.process_time()
        data = brain.to_bytes()
        saved = time.process_time()
        known = len(saved_brain.read(data).labelers)
        print(
            f"{name}: {known:,} labelers, a snapshot of {len(data) / 1e6:.1f} MB in"
            f" {saved - learned:.2f} s, {count / (learned - began):,.0f} rewards a second"
        )
        for what, every_s in (
            ("by snapshot_every alone", worker.snapshot_every / RATE),
            ("with snapshot_min_s", max(worker.snapshot_every / RATE, worker.snapshot_min_s)),
        ):
            print(f"    {what}: {len(data) / every_s / 1e6:.2f} MB a second")


if __name__ == "__main__":
    main()
