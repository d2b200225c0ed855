"""Cost of the event path by the number of labelers that are known: 10,000, 100,000, 1,000,000.

    python bench/many_labelers.py [--labelers 10000,100000,1000000] [--tasks 300] [--by-default]

A brain meets so many labelers of ten pools, one label each; then an engine with that brain works
through tasks whose labels come from labelers drawn at random, two each, every twentieth with gold.
Printed are microseconds of the processor a task: of the engine (decisions, asks, labels, verdicts)
and of learning its rewards; the best of three times. The labelers of each pool are ranked after
20,000 labels (`MOST_BETWEEN`); that is told apart, as its share of a label.
`memory.max_labelers` is raised to all, or with --by-default left at its default: then those met
longest ago have shrunk into their pools.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the checkout

from bandit.engine.engine import Engine
from bandit.events import Ask, Gold, Label, Pool, Reward, Task, Tick
from bandit.labels.model import MOST_BETWEEN
from bandit.labels.preferred import best_labelers
from bandit.learn.brain import Brain
from bandit.learn.pool_quality import key_of
from bandit.settings import MemorySettings, Settings

POOLS = 10
CLASSES = ("a", "b", "c")


def known(settings: Settings, labelers: int) -> Brain:
    """Return a brain that has met so many labelers."""
    brain = Brain(settings)
    model = brain._projects.seen("p").labels  # noqa: SLF001 -- learning all would take minutes
    model._meet(CLASSES)  # noqa: SLF001
    for number in range(labelers):
        name, pool = f"w{number}", f"pool-{number % POOLS}"
        model.labelers.slot(name, model.labelers.pool(pool), 1.0, 1.0)
        record = brain._labelers.seen(key_of("p", name), 0.0, number)  # noqa: SLF001
        record.judge(0.9, 0.99, gold=False)
    brain._forget_labelers()  # noqa: SLF001
    model.labels = model.ranked_at = labelers
    return brain


def microseconds(
    brain: Brain, settings: Settings, labelers: int, tasks: int, run: int
) -> tuple[float, float]:
    """Return microseconds a task: of the engine, and of learning."""
    engine, chance = Engine(settings, brain, partitions=1), random.Random(1)
    engine.receive(Tick(at=0.0))
    for number in range(POOLS):
        engine.receive(
            Pool(
                pool=f"pool-{number}",
                at=0.0,
                usd_per_label=0.02,
                expected_delay_s=30.0,
                ask_timeout_s=600.0,
            )
        )
    learning = 0.0
    began = time.process_time()
    for number in range(tasks):
        task = f"t{run}-{number}"
        pending = list(
            engine.receive(Task(task=task, project="p", at=0.0, classes=CLASSES, value_usd=1.0))
        )
        for output in pending:
            if isinstance(output, Reward):
                start = time.process_time()
                engine.receive(output)
                learning += time.process_time() - start
            elif isinstance(output, Ask):
                who = POOLS * chance.randrange(labelers // POOLS) + int(output.pool[5:])
                label = Label(
                    label=f"{task}#{output.ask}",
                    task=task,
                    ask=output.ask,
                    pool=output.pool,
                    labeler=f"w{who}",
                    answer=CLASSES[0 if chance.random() < 0.9 else 1],
                    at=1.0,
                )
                pending.extend(engine.receive(label))
        if number % 20 == 0:
            for output in engine.receive(Gold(task=task, answer=CLASSES[0], at=1.0)):
                if isinstance(output, Reward):
                    engine.receive(output)
        engine.keep()
    spent = time.process_time() - began - learning
    return 1e6 * spent / tasks, 1e6 * learning / tasks


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelers", default="10000,100000,1000000")
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--by-default", action="store_true")
    given = parser.parse_args()
    for text in given.labelers.split(","):
        labelers = int(text)
        memory = MemorySettings() if given.by_default else MemorySettings(max_labelers=10**9)
        settings = Settings(memory=memory)
        brain = known(settings, labelers)
        runs = [microseconds(brain, settings, labelers, given.tasks, run) for run in range(3)]
        engine, learning = (min(times) for times in zip(*runs, strict=True))
        model = brain.project("p").labels
        began = time.process_time()
        best_labelers(model.labelers)
        ranking = 1e6 * (time.process_time() - began) / MOST_BETWEEN
        kept = len(brain.project("p").labels.labelers.slots)
        print(
            f"{labelers:>9,} labelers, {kept:>9,} known: engine {engine:6,.0f} us,"
            f" learning {learning:6,.0f} us a task, ranking {ranking:5,.1f} us a label",
            flush=True,
        )


if __name__ == "__main__":
    main()
