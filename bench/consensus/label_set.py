"""Crowd labels as numbers: tasks, labelers, pools and classes are 0, 1, 2, ..."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.recorded.files import read_crowd

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.events import Feature


class Recorded(NamedTuple):
    """One label of a task."""

    labeler: int
    pool: int
    answer: int


@dataclass(frozen=True)
class LabelSet:
    """The labels of one data set; a task without truth has -1 there."""

    name: str
    classes: int
    pools: int
    labels: tuple[tuple[Recorded, ...], ...]
    truth: tuple[int, ...]
    features: tuple[dict[str, Feature], ...] = ()

    @property
    def judged(self) -> list[int]:
        """The tasks with truth."""
        return [task for task, answer in enumerate(self.truth) if answer >= 0]

    def accuracy(self, answers: dict[int, int]) -> float:
        """Share of the tasks with truth that are answered right."""
        judged = self.judged
        return sum(answers.get(task) == self.truth[task] for task in judged) / len(judged)

    def sample(self, most: int, seed: int) -> LabelSet:
        """Keep at most so many tasks, drawn at random; those with truth are drawn first."""
        if len(self.labels) <= most:
            return self
        order = np.random.default_rng([seed, 1]).permutation(len(self.labels))
        kept = sorted(order, key=lambda task: self.truth[task] < 0)[:most]
        features = tuple(self.features[task] for task in kept) if self.features else ()
        labels = tuple(self.labels[task] for task in kept)
        truth = tuple(self.truth[task] for task in kept)
        return replace(self, labels=labels, truth=truth, features=features)


def read_label_set(folder: Path) -> LabelSet:
    """Read a folder of crowd labels; where the data has no pools, all labelers are in one."""
    crowd = read_crowd(folder)
    own_pools = "pools are those of the data" in crowd.notes
    classes = {name: i for i, name in enumerate(crowd.classes)}
    pools: dict[str, int] = {}
    labelers: dict[str, int] = {}
    tasks: dict[str, list[Recorded]] = {}
    for row in crowd.labels:
        pool = pools.setdefault((row.pool or "") if own_pools else "", len(pools))
        labeler = labelers.setdefault(row.labeler, len(labelers))
        tasks.setdefault(row.task, []).append(Recorded(labeler, pool, classes[row.label]))
    return LabelSet(
        folder.name,
        len(classes),
        len(pools),
        tuple(tuple(rows) for rows in tasks.values()),
        tuple(classes[crowd.truth[task]] if task in crowd.truth else -1 for task in tasks),
        tuple(dict(crowd.features.get(task, {})) for task in tasks),
    )
