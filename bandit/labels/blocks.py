"""Blocks: tasks that are weighed together, their labels as arrays.

Arrays of a few numbers take numpy as long as those of a few hundred, so labels are learned in
blocks: of one label at first, when each tells much, and of `MOST_LABELS` later. A truth is learned
with the next block.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bandit.labels.ambiguity import RIVAL, Grouped, joint
from bandit.labels.labelers import CHAINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.labels.ambiguity import Joint, LevelWeights
    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.window import LabeledTask

MOST_LABELS = 32
"""Labels of a block, later on."""
GROWS_EVERY = 24
"""Labels after which a block may have one more: a label waits for some 2 % of those before it, and
the first ones don't wait."""
MOST_NUMBERS = 8_192
"""Labels times classes squared that are weighed at once: more leave the processor's cache."""
_ALL = slice(None)


def labels_of_block(labels: int) -> int:
    """Return how many labels are learned together after so many.

    Examples
    --------
    >>> labels_of_block(0), labels_of_block(100), labels_of_block(10_000)
    (1, 5, 32)
    """
    return min(MOST_LABELS, 1 + labels // GROWS_EVERY)


class Block(NamedTuple):
    """The labels of some tasks, in the order of tasks and then of pools.

    Of each label: the number of its task in the block, its labeler's slot, its pool's number, its
    answer's place in the task's classes, its number by labeler, its tilt, and whether it is new:
    not counted yet. `places` are those of the labels in this order, task by task as they came.
    """

    of: Ints
    slots: Ints
    pools: Ints
    answers: Ints
    numbers: Ints
    tilts: Floats
    is_new: NDArray[np.bool_]
    places: Ints
    grouped: Grouped


def block_of(tasks: Sequence[LabeledTask], pools: Mapping[str, int]) -> Block:
    """Return the labels of tasks; `pools` are the numbers of pools."""
    sizes = [len(task.slots) for task in tasks]
    of = np.repeat(np.arange(len(tasks)), sizes)
    whole = np.array(
        [
            [*chain.from_iterable([task.slots for task in tasks])],
            [pools[pool] for task in tasks for pool in task.pools],
            [*chain.from_iterable([task.answers for task in tasks])],
            [*chain.from_iterable([task.numbers for task in tasks])],
            [place >= task.counted for task in tasks for place in range(len(task.slots))],
        ],
        np.int64,
    )
    tilts = np.array([*chain.from_iterable([task.tilts for task in tasks])])
    group = of * len(pools) + whole[1]
    places = np.arange(len(of))
    if len(of) > len(tasks):  # a label alone is in its place
        order = np.argsort(group, kind="stable")
        of, whole, tilts, group = of[order], whole[:, order], tilts[order], group[order]
        places[order] = np.arange(len(of))
    slots, pool, answers, numbers, is_new = whole
    return Block(of, slots, pool, answers, numbers, tilts, is_new > 0, places, grouped(of, group))


def grouped(of: Ints, group: Ints) -> Grouped:
    """Return the groups of labels, which are in order: `of` their tasks, `group` their groups.

    Examples
    --------
    >>> groups = grouped(np.array([0, 0, 0, 1]), np.array([3, 3, 4, 9]))
    >>> groups.starts.tolist(), groups.tasks.tolist(), groups.firsts.tolist()
    ([0, 2, 3], [0, 0, 1], [0, 2])
    """
    starts = _starts(group)
    tasks = of[starts]
    return Grouped(starts, tasks, _starts(tasks))


def _starts(numbers: Ints) -> Ints:
    """Return the places where another number begins."""
    begins = np.empty(len(numbers), np.bool_)
    begins[:1] = True
    np.not_equal(numbers[1:], numbers[:-1], out=begins[1:])
    return np.flatnonzero(begins)


class Cells(NamedTuple):
    """Where labels are counted; what has no number isn't.

    `within` is an index of arrays of shape (labels, chains, classes), with the task's classes.
    """

    within: tuple[Any, ...]
    size: int
    named: Ints
    columns: Ints

    @classmethod
    def of(cls, classes: tuple[int, ...], k: int, answers: Ints) -> Cells:
        """Return the cells of labels that name `answers`; `k` are the classes of the project."""
        chosen = np.array(classes)
        named, size = chosen[answers], CHAINS * k * k
        columns = np.arange(0, size, k * k)[:, None] + chosen * k  # chains, classes
        if min(classes) >= 0:
            return cls((_ALL,), size, named, columns)
        labels, known = named >= 0, chosen >= 0
        within = np.ix_(labels, np.ones(CHAINS, np.bool_), known)
        return cls(within, size, named, columns)

    def places(self, rows: Ints) -> Ints:
        """Return flat places in arrays of shape (rows, chains, k, k), for each label in its row."""
        places = (rows * self.size + self.named)[:, None, None] + self.columns
        counted: Ints = places[self.within]
        return counted


def chunks(tasks: Sequence[LabeledTask]) -> Iterator[list[LabeledTask]]:
    """Split tasks into those that can be weighed at once: of the same classes, and not too many."""
    by_classes: dict[tuple[int, ...], list[LabeledTask]] = {}
    for task in tasks:
        by_classes.setdefault(task.classes, []).append(task)
    for classes, alike in by_classes.items():
        chunk: list[LabeledTask] = []
        left = most = MOST_NUMBERS // len(classes) ** 2
        for task in alike:
            if chunk and len(task.slots) > left:
                yield chunk
                chunk, left = [], most
            chunk.append(task)
            left -= len(task.slots)
        yield chunk


def level_changes(tasks: Sequence[LabeledTask], of: Grouped, found: Joint) -> Floats:
    """Note the levels of tasks with two labels or more; return by how much their counts change.

    Shape: (chains, levels + 1), the last for tasks with a rival.
    """
    several = [i for i, task in enumerate(tasks) if len(task.slots) > 1]
    if not several:
        return np.zeros((found.chances.shape[1], RIVAL + 1))
    golds = {i: task.gold for i, task in enumerate(tasks) if task.gold is not None}
    shares = found.level_shares(of, golds)[several]
    shares *= np.array([tasks[i].weight for i in several])[:, None, None]
    changes: Floats = shares.sum(axis=0)
    for i, level in zip(several, shares, strict=True):
        if (before := tasks[i].level) is not None:
            changes -= before
        tasks[i].level = level
    return changes


def nats_foreseen(
    block: Block, tasks: Ints, chances: Floats, prior: Floats, levels: LevelWeights, found: Joint
) -> Floats:
    """Return log P(new labels | labels before) of some tasks of a block: shape (chains,).

    Parameters
    ----------
    block
        The labels.
    tasks
        The numbers of the tasks; any may be there more than once.
    chances
        P(label | class): shape (labels, chains, classes).
    prior
        Chance of each class: shape (tasks, chains, classes).
    levels
        Weights of the levels of ambiguity.
    found
        The joint chances of the whole block.
    """
    fresh = np.zeros(len(prior), np.bool_)
    fresh[tasks] = True
    is_theirs = fresh[block.of]
    foreseen = found.evidence(fresh, is_theirs)
    seen = is_theirs & ~block.is_new
    if seen.any():  # tasks of which other labels are counted already
        of, numbers = np.unique(block.of[seen], return_inverse=True)
        groups = grouped(numbers, numbers * (block.pools.max() + 1) + block.pools[seen])
        foreseen -= joint(chances[seen], groups, prior[of], levels).evidence()
    return foreseen
