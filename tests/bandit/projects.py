"""Made-up projects beside each other, and a brain that learns from them."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, NamedTuple

from bandit.events import Reward
from bandit.learn.brain import Brain
from bandit.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bandit.events import Feature

    Chance = Callable[[str, str, Mapping[str, Feature]], float]
    """How often a label is right: of a project, a pool, and a task's features."""

POOLS = ("a", "b", "c")
EASE = {"en": 0.6, "de": 0.0, "fr": -0.6}


def features(chance: random.Random, columns: int = 0) -> dict[str, Feature]:
    """Return a task's features: its language matters, and nothing else does."""
    plain = {f"x{i}": f"v{chance.randrange(5)}" for i in range(columns)}
    return {"lang": chance.choice(list(EASE)), "length": round(chance.random() * 100.0, 2), **plain}


def signals(brain: Brain, project: str, pool: str) -> dict[str, float]:
    """Return a pool's signals, as the desk would have them."""
    agreement = round(brain.pool_rate(project, pool), 6)
    return {"agreement": agreement, "speed": 0.0, "expired": 0.0, "queue": 0.0}


def reward(
    brain: Brain, project: str, pool: str, seen: Mapping[str, Feature], number: int, *, right: bool
) -> Reward:
    """Return what came of asking a pool, judged by gold."""
    return Reward(
        task=f"t{number}",
        project=project,
        ask=1,
        revision=0,
        at=float(number),
        decided_at=float(number),
        why="first",
        classes=("yes", "no"),
        features_version=1,
        features=dict(seen),
        signals=signals(brain, project, pool),
        pmf={pool: 1.0},
        propensity=1.0,
        pool=pool,
        labeler=f"{pool}-{number % 20}",
        answer="yes",
        labeler_signals={"rate": 1.0},
        target="yes" if right else "no",
        basis="gold",
        quality=float(right),
        usd=0.05,
        delay_s=1.0,
        seconds_spent=None,
        reward=None,
        weights_id="none",
    )


def taught(
    labels: Mapping[str, int],
    truth: Chance,
    seed: int,
    columns: int = 0,
    brain: Brain | None = None,
) -> Brain:
    """Return a brain that learned so many labels of each project, in mixed order."""
    chance = random.Random(seed)
    brain = Brain(Settings()) if brain is None else brain
    order = [project for project, count in labels.items() for _ in range(count)]
    chance.shuffle(order)
    for number, project in enumerate(order):
        seen, pool = features(chance, columns), chance.choice(POOLS)
        right = chance.random() < truth(project, pool, seen)
        brain.learn(reward(brain, project, pool, seen, number, right=right))
    return brain


class Told(NamedTuple):
    """How well a brain knows pools, or their plain records do: means over tasks.

    `loss` is the mean log loss over that of one who knows the true chances, `ranked` the share of
    tasks whose best pool is held to be better than the worst.
    """

    loss: float
    ranked: float


def told(brain: Brain, project: str, truth: Chance, columns: int = 0, tasks: int = 200) -> Told:
    """Hold a brain's predictions against the truth."""
    chance = random.Random(project)
    losses, ranked = [], 0
    for _ in range(tasks):
        seen = features(chance, columns)
        quality = brain.quality(project, seen, {p: signals(brain, project, p) for p in POOLS})
        true = {pool: truth(project, pool, seen) for pool in POOLS}
        losses += [surprise(true[pool], quality[pool]) for pool in POOLS]
        best, worst = max(POOLS, key=true.__getitem__), min(POOLS, key=true.__getitem__)
        ranked += quality[best] > quality[worst]
    return Told(math.fsum(losses) / len(losses), ranked / tasks)


def loss_of_records(brain: Brain, project: str, truth: Chance, tasks: int = 200) -> float:
    """Return the loss of who knows no more than the pools' records in the project."""
    chance = random.Random(project)
    losses = []
    for _ in range(tasks):
        seen = features(chance)
        losses += [
            surprise(truth(project, pool, seen), brain.pool_rate(project, pool)) for pool in POOLS
        ]
    return math.fsum(losses) / len(losses)


def surprise(true: float, told_: float) -> float:
    """Return the log loss of a told chance beyond that of the true one."""
    return true * math.log(true / told_) + (1.0 - true) * math.log((1.0 - true) / (1.0 - told_))


def logistic(z: float) -> float:
    """Return the chance that belongs to log-odds."""
    return 1.0 / (1.0 + math.exp(-z))
