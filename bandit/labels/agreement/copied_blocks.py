"""Copying pools in a block of tasks: their labels' chances, and what new labels show of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.agreement.copying import copied
from bandit.labels.ambiguity import joint
from bandit.labels.blocks import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bandit.labels.agreement.copying import Copying
    from bandit.labels.ambiguity import LevelWeights
    from bandit.labels.blocks import Block
    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.window import LabeledTask


class NewLabel(NamedTuple):
    """A new label of a task, after some of other pools.

    `before` are the places of the task's earlier labels in the block, in its order; `copy` is the
    chance of each answer, by its place in the task's classes, if the label's pool copies.
    """

    task: int
    place: int
    pool: str
    answer: int
    before: Ints
    copy: dict[object, float]


def mixed_in_block(
    copying: Copying, tasks: Sequence[LabeledTask], block: Block, chances: Floats
) -> Floats:
    """Return P(label | class, the task's earlier labels): shape (labels, chains, classes)."""
    if not copying.suspects:
        return chances
    mixed = chances.copy()
    for task, places in zip(tasks, _places(tasks, block), strict=True):
        mixed[places] = copying.mixed(chances[places], task.pools, task.answers)
    return mixed


def learn_copying(
    copying: Copying,
    tasks: Sequence[LabeledTask],
    block: Block,
    chances: Floats,
    mixed: Floats,
    prior: Floats,
    levels: LevelWeights,
    chains: Callable[[], Floats],
) -> None:
    """Learn from each new label whether its pool copies those before.

    Parameters
    ----------
    chances, mixed
        P(label | class) without and with copying: shape (labels, chains, classes).
    prior
        Of the tasks: shape (tasks, chains, classes).
    levels, chains
        Weights of the levels of ambiguity, and what returns those of the chains.
    """
    new = list(_new_labels(tasks, block)) if _are_further(tasks) else []
    if not new:
        return
    sizes = [len(label.before) for label in new]
    places = np.concatenate([label.before for label in new])
    of = np.repeat(np.arange(len(new)), sizes)
    groups = grouped(of, of * (block.pools.max() + 1) + block.pools[places])
    before = joint(mixed[places], groups, prior[[label.task for label in new]], levels)
    foreseen = (before.posterior() * chances[[label.place for label in new]]).sum(axis=2)
    foreseen = foreseen @ chains()
    for label, chance in zip(new, foreseen.tolist(), strict=True):
        copying.learn(label.pool, chance, label.copy.get(label.answer, 0.0))


def _places(tasks: Sequence[LabeledTask], block: Block) -> Iterator[Ints]:
    """Yield the places of each task's labels in the block, in the order in which they came."""
    ends = np.cumsum([0, *(len(task.slots) for task in tasks)]).tolist()
    for begin, end in pairwise(ends):
        yield block.places[begin:end]


def _are_further(tasks: Sequence[LabeledTask]) -> bool:
    """Whether any task has a new label after others; without those before, none is a copy."""
    return any(len(task.slots) > max(1, task.counted) for task in tasks)


def _new_labels(tasks: Sequence[LabeledTask], block: Block) -> Iterator[NewLabel]:
    for number, (task, places) in enumerate(zip(tasks, _places(tasks, block), strict=True)):
        for i in range(task.counted, len(task.slots)):
            pool, answer = task.pools[i], task.answers[i]
            copy = copied(task.pools[:i], task.answers[:i], pool)
            if copy:
                before = np.sort(places[:i])
                yield NewLabel(number, int(places[i]), pool, answer, before, copy)
