"""A lesson: what the machine labeler is told of a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from bandit.machine.inputs import Input


class Lesson(msgspec.Struct, frozen=True, gc=False):
    """What people said of a task, or gold.

    Parameters
    ----------
    task, classes, features
        As the task has them; without features of the system (`poolwise.*`).
    target
        Chance of each class from people's labels under a uniform prior; 1 for gold's class.
    likelihood
        P(people's labels | class), up to a factor; of gold, 1 for its class.
    weight
        1 / the chance that people were asked.
    sources
        Whose predictions are among the features (`bandit.machine.sources`).
    truth
        The true class, if gold is known, and `stands_for` 1 / the chance of the audit that found
        it; `None`: nobody knows.
    labeled
        Whether `likelihood` is of people's labels, rather than of gold.
    again
        Whether the task was learned before, even if it is too long ago to be remembered.
    """

    task: str
    classes: tuple[str, ...]
    features: Mapping[str, Input]
    target: Sequence[float]
    likelihood: Sequence[float]
    weight: float = 1.0
    again: bool = False
    sources: tuple[str, ...] = ()
    truth: str | None = None
    stands_for: float | None = None
    labeled: bool = True
