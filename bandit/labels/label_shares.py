"""For which class each label is counted: the task's, and the one that it was given for.

On an ambiguous task a label may have been given for the rival. Counted for the task's class alone,
labelers answer for what was no error of theirs, and are held to be worse than they are; counted for
what they were given for alone, rivals that aren't there excuse errors, and labelers are held to be
better. So half of a label is counted by each. Where the true class is known, all of it is counted
for that one: or labelers who agree on a wrong class would be excused for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.labelers import CHAINS, DECAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bandit.labels.ambiguity import Joint
    from bandit.labels.blocks import Block
    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.labelers import Labelers
    from bandit.labels.window import LabeledTask

GIVEN_FOR = 0.5
"""Share of a label that is counted for the class, or the rival, that it was given for."""


def counted_shares(tasks: Sequence[LabeledTask], block: Block) -> Floats:
    """Return the shares of classes that a block's labels are counted with, 0 for new ones.

    Shape: (labels, chains, classes).
    """
    as_they_came = np.zeros((len(block.of), CHAINS, len(tasks[0].classes)))
    first = 0
    for task in tasks:
        if task.label_shares is not None:
            as_they_came[first : first + len(task.label_shares)] = task.label_shares
        first += len(task.slots)
    shares = np.empty_like(as_they_came)
    shares[block.places] = as_they_came
    return shares


def new_shares(
    tasks: Sequence[LabeledTask], block: Block, found: Joint, chances: Floats, after: Floats
) -> NDArray[np.float32]:
    """Return the shares that a block's labels are to be counted with, and note them.

    `chances` are P(label | class), and `after` the chances of the classes of the tasks: those that
    teach nothing have none, those with gold one class. Shape: (labels, chains, classes).
    """
    shares = after[block.of]
    by_halves = np.array([task.gold is None and task.teaches for task in tasks])[block.of]
    if by_halves.any():
        given_for = GIVEN_FOR * found.label_shares(chances, block.grouped)
        given_for += (1.0 - GIVEN_FOR) * shares
        shares[by_halves] = given_for[by_halves]
    rounded: NDArray[np.float32] = shares.astype(np.float32)
    as_they_came = rounded[block.places]
    first = 0
    for task in tasks:
        task.label_shares = as_they_came[first : first + len(task.slots)]
        first += len(task.slots)
    return rounded


def without_own(
    counts: Floats, slots: Sequence[int] | Ints, labeled: LabeledTask, known: Labelers
) -> Floats:
    """Return the counts of labelers in `slots` less those of the labels of a task.

    Weighed by counts that hold its own labels, a task would confirm what was believed before.

    Parameters
    ----------
    counts
        Of all their labels, by the project's classes: shape (labelers, chains, classes, classes).
    slots
        Those of the labelers.
    labeled
        The task.
    known
        All labelers.
    """
    shares = labeled.label_shares
    if shares is None:
        return counts
    places = {slot: at for at, slot in enumerate(labeled.slots[: len(shares)])}
    numbers = np.array(labeled.classes)
    rows = np.flatnonzero(numbers >= 0)
    for i, slot in enumerate(slots):
        at = places.get(int(slot))
        if at is None or numbers[labeled.answers[at]] < 0:
            continue
        faded = DECAY ** (known.given[slot] - labeled.numbers[at])
        counts[i, :, numbers[rows], numbers[labeled.answers[at]]] -= faded * shares[at][:, rows].T
    return np.maximum(counts, 0.0, out=counts)
