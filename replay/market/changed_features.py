"""What the features of tasks say about them, changed: shuffled, swapped, or left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import msgspec

from bandit.draw import draw
from replay.market.difficulty import BLUR, blur

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Feature
    from replay.market.tasks import TrueTask


LANGUAGE = "language"
"""The feature that says in which language a task is."""

Features = Literal["own", "shuffled", "swapped", "none"]


def with_features(tasks: Sequence[TrueTask], features: Features, seed: int) -> list[TrueTask]:
    """Return the tasks with the features that `features` names."""
    if features == "shuffled":
        return shuffled(tasks, seed)
    if features == "swapped":
        return swapped(tasks, seed)
    return without(tasks) if features == "none" else list(tasks)


def shuffled(tasks: Sequence[TrueTask], seed: int) -> list[TrueTask]:
    """Permute the features over the tasks, so that they say nothing about the truth.

    Examples
    --------
    >>> from replay.market.tasks import Arrivals, made_tasks
    >>> made = made_tasks(9, Arrivals(), seed=1)
    >>> own = [one.task.features["x"] for one in made]
    >>> others = [one.task.features["x"] for one in shuffled(made, seed=1)]
    >>> own == others, sorted(own) == sorted(others)
    (False, True)
    """
    order = sorted(range(len(tasks)), key=lambda i: draw(seed, str(i), 0, "shuffled features"))
    return [
        _given(one, tasks[other].task.features) for one, other in zip(tasks, order, strict=True)
    ]


def swapped(tasks: Sequence[TrueTask], seed: int) -> list[TrueTask]:
    """From the middle on give each task the features of a task of the next class.

    A task keeps its own if the next class has no tasks.
    """
    of_class: dict[str, list[TrueTask]] = {}
    for one in tasks:
        of_class.setdefault(one.truth, []).append(one)
    changed = []
    for number, one in enumerate(tasks):
        classes = one.task.classes
        others = of_class.get(classes[(classes.index(one.truth) + 1) % len(classes)], [one])
        drawn = int(draw(seed, str(number), 0, "swapped features") * len(others))
        late = number >= len(tasks) / 2
        changed.append(_given(one, others[drawn].task.features) if late else one)
    return changed


def with_blur(tasks: Sequence[TrueTask], seed: int) -> list[TrueTask]:
    """Add the number that tells how hard a task is."""
    return [_given(one, {**one.task.features, BLUR: blur(seed, one.task.task)}) for one in tasks]


def with_languages(
    tasks: Sequence[TrueTask], languages: Sequence[str], seed: int
) -> list[TrueTask]:
    """Write each task in one of the languages, all as frequent; a feature says in which.

    Examples
    --------
    >>> from replay.market.tasks import Arrivals, made_tasks
    >>> (task,) = with_languages(made_tasks(1, Arrivals(), seed=1), ("en", "de"), seed=1)
    >>> task.task.features["language"] == task.language
    True
    """
    written = []
    for one in tasks:
        drawn = draw(seed, one.task.task, 0, LANGUAGE)
        language = languages[int(drawn * len(languages))]
        given = _given(one, {**one.task.features, LANGUAGE: language})
        written.append(replace(given, language=language))
    return written


def without(tasks: Sequence[TrueTask]) -> list[TrueTask]:
    """Leave the features out."""
    return [_given(one, {}) for one in tasks]


def _given(one: TrueTask, features: Mapping[str, Feature]) -> TrueTask:
    return replace(one, task=msgspec.structs.replace(one.task, features=features))
