"""Copying pools: those whose labels repeat what others have said of the task before.

Let y be the label of pool p, and m what most earlier labels of other pools name (if several do, any
of them alike). With the chance rho_p the pool copies, and then says m; otherwise it answers itself:

    P(y | class, earlier labels) = (1 - rho_p) P(y | class) + rho_p [y = m].

A copy says nothing of the class, though consensus takes it for right: a model that has read what
people said, or one of two built on the same. Whether a pool copies shows in how often it agrees
where there is doubt, without gold: rho_p has the chances

    prior(rho) * product over labels of ((1 - rho) P(y | earlier labels) + rho [y = m]),

with the earlier factors discounted. No share lies between 0 and `SHARES[1]`: a pool that agrees a
little more than the model expects tells of the model rather than of itself. A pool that always says
what one other pool says, with nobody else asked twice, looks like two pools that are always right:
only gold tells these apart, and gold is not used here.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.ambiguity import joint
from bandit.labels.blocks import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bandit.labels.ambiguity import LevelWeights
    from bandit.labels.blocks import Block
    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.window import LabeledTask

SHARES = np.array([0.0, 0.8, 0.95, 0.99])
"""Shares of its labels that a pool could copy."""
PRIOR = np.log([0.997, 0.001, 0.001, 0.001])
MEMORY = 0.998
"""Factor on the evidence per label: a memory of 500 labels."""
LEAST_FORESEEN = 1e-4
NEGLIGIBLE = 0.5
"""Share below which a pool's labels are taken for its own: then it more likely doesn't copy."""


class Copying:
    """How much each pool of a project copies.

    Examples
    --------
    >>> copying = Copying()
    >>> for number in range(60):
    ...     copying.learn("echo", foreseen=0.8, copied=1.0)
    ...     is_same = number % 5 > 0
    ...     copying.learn("honest", foreseen=0.8 if is_same else 0.1, copied=float(is_same))
    >>> copying.share("echo") > 0.9, copying.share("honest")
    (True, 0.0)
    """

    def __init__(self, evidence: Mapping[str, Sequence[float]] | None = None) -> None:
        self.evidence = {pool: np.array(nats) for pool, nats in (evidence or {}).items()}
        self._shares = {pool: _share(nats) for pool, nats in self.evidence.items()}

    def share(self, pool: str) -> float:
        """Return the share of a pool's labels that it copies, where others came before."""
        return self._shares.get(pool, 0.0)

    @property
    def suspects(self) -> bool:
        """Whether any pool is taken to copy."""
        return any(self._shares.values())

    def learn(self, pool: str, foreseen: float, copied: float) -> None:
        """Learn a label of a pool.

        Parameters
        ----------
        foreseen
            Its chance by all earlier labels of the task, if the pool does not copy.
        copied
            Its chance if the pool copies.
        """
        before = self.evidence.get(pool)
        nats = np.log((1.0 - SHARES) * max(foreseen, LEAST_FORESEEN) + SHARES * copied)
        self.evidence[pool] = nats if before is None else MEMORY * before + nats
        self._shares[pool] = _share(self.evidence[pool])

    def mixed(self, chances: Floats, pools: Sequence[str], answers: Sequence[object]) -> Floats:
        """Return P(label | class, earlier labels) for the labels of a task in their order.

        `chances` are those of labels that are the pools' own: shape (labels, ...).
        """
        if not any(self._shares.get(pool) for pool in pools):
            return chances
        mixed = chances.copy()
        for i, pool in enumerate(pools):
            share = self.share(pool)
            copy = copied(pools[:i], answers[:i], pool) if share else {}
            if copy:
                mixed[i] = (1.0 - share) * chances[i] + share * copy.get(answers[i], 0.0)
        return mixed

    def mixed_rows(
        self,
        rows: Floats,
        pools: Sequence[str],
        classes: Sequence[str],
        before: Sequence[tuple[str, str]],
    ) -> Floats:
        """Return P(answer | class, labels so far) of the pools' next labels.

        `rows` are the pools' own, shape (pools, chains, classes, classes); `before` the labels so
        far, pool and answer.
        """
        if not before or not any(self._shares.get(pool) for pool in pools):
            return rows
        mixed = rows.copy()
        given, answers = zip(*before, strict=True)
        for i, pool in enumerate(pools):
            share = self.share(pool)
            copy = copied(given, answers, pool) if share else {}
            if copy:
                named = np.array([copy.get(name, 0.0) for name in classes])
                mixed[i] = (1.0 - share) * rows[i] + share * named
        return mixed


def copied(pools: Sequence[str], answers: Sequence[object], pool: str) -> dict[object, float]:
    """Return the chance of each answer if `pool` copies; empty if no other pool has answered.

    Examples
    --------
    >>> copied(("a", "a", "b"), ("yes", "no", "yes"), "b")
    {'yes': 0.5, 'no': 0.5}
    """
    said = Counter(answer for other, answer in zip(pools, answers, strict=True) if other != pool)
    most = max(said.values(), default=0)
    named = [answer for answer, count in said.items() if count == most]
    return {answer: 1.0 / len(named) for answer in named}


def _share(evidence: Floats) -> float:
    """Return the mean of the shares; 0 if it is negligible."""
    nats = evidence + PRIOR
    weights = np.exp(nats - nats.max())
    share = math.fsum(weights * SHARES) / math.fsum(weights)
    return share if share >= NEGLIGIBLE else 0.0


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
