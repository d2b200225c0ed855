"""Tasks with features and labels of simulated people, for the tests of the machine labeler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bandit.machine.inputs import Input
    from bandit.machine.labeler import MachineLabeler

CLASSES = ("north", "east", "south", "west")
RIGHT = 0.8


@dataclass(frozen=True)
class Example:
    """A task, its truth, and P(two people's labels | class)."""

    task: str
    features: dict[str, Input]
    truth: int
    likelihood: list[float]

    @property
    def target(self) -> list[float]:
        return [chance / sum(self.likelihood) for chance in self.likelihood]


def compass(seed: int, n: int, *, noise: bool = False, turned: bool = False) -> Iterator[Example]:
    """Points in a plane whose class is their direction; scale, unit and rarer columns are mixed.

    The classes are no linear function of the coordinates in a ring: east and west are told apart by
    x, but north-south from east-west only by |y| > |x|. `noise` gives features that tell nothing;
    `turned` gives each point the direction after the next.
    """
    rng = np.random.default_rng(seed)
    for i in range(n):
        truth = int(rng.integers(4))
        angle = np.pi / 2 * (1 - truth - turned) + rng.uniform(-0.6, 0.6)
        if noise:
            angle = rng.uniform(0.0, 2.0 * np.pi)
        far = rng.uniform(0.5, 2.0)
        features: dict[str, Input] = {
            "x_mm": 1e6 + 1e3 * far * float(np.cos(angle)),
            "y_km": 1e-6 * far * float(np.sin(angle)),
            "colour": str(rng.choice(["red", "blue", "grey"])),
        }
        if rng.random() < 0.2:
            features["seldom"] = float(rng.normal())
        yield Example(f"{seed}-{i}", features, truth, labels(rng, truth, 2))


def labels(rng: np.random.Generator, truth: int, n: int) -> list[float]:
    """Let `n` people label a task; return the likelihood of what they said."""
    likelihood = np.ones(4)
    for _ in range(n):
        label = truth if rng.random() < RIGHT else (truth + int(rng.integers(1, 4))) % 4
        row = np.full(4, (1.0 - RIGHT) / 3.0)
        row[label] = RIGHT
        likelihood *= row
    chances: list[float] = likelihood.tolist()
    return chances


def learn(machine: MachineLabeler, example: Example) -> None:
    """Let the machine labeler learn from people's labels of a task."""
    machine.learn(
        example.task, CLASSES, example.features, example.target, example.likelihood, weight=1.0
    )


def foreseen(machine: MachineLabeler, examples: Iterable[Example]) -> tuple[float, float]:
    """Predict each task, then learn it; return the accuracy and the log-loss on the truth."""
    right, nats = [], []
    for example in examples:
        prior = machine.prior(CLASSES, example.features)
        right.append(int(np.argmax(prior)) == example.truth)
        nats.append(-np.log(prior[example.truth]))
        learn(machine, example)
    return float(np.mean(right)), float(np.mean(nats))
