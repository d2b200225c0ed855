"""Features of a task as they are kept: vectors of at most 64 numbers in all, no long text.

What is kept is written into every decision and reward of the task, and learned from. A long text is
a vector of its words: it rarely comes twice, so that a hash of the whole would teach nothing.

Rule: what is kept under one name has one meaning. So the name of a vector says how long it was and
how long it is: `image[12]`, `image[384>64]`, `comment[words>64]`. A vector of another length is
another feature, and models never mix the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.errors import EventError
from bandit.features.projection import projected, projected_words, rounded

if TYPE_CHECKING:
    from bandit.events import Feature, Task

MOST_NUMBERS = 64
"""Numbers kept of all vectors and long texts of a task together: some 600 bytes a record."""
LONGEST_TEXT = 64
"""Characters of a text that is kept as it is: a category; a longer one is seldom seen again."""
LONGEST_VECTOR = 65_536
"""Numbers of a vector: the largest embeddings have 16,384, a projection of these takes 10 ms."""
LARGEST = 1e12
"""Size of a number in a vector, so that no sum of them is infinite."""


def reduced(task: Task) -> Task:
    """Return a task with the features that are kept; the task itself if all are.

    Raises
    ------
    EventError
        If a vector is empty, too long, or has numbers out of range; if there are more vectors and
        long texts than numbers that are kept; or if one would get the name of another feature.

    Examples
    --------
    >>> from bandit.events import Task
    >>> features = {"lang": "en", "place": (0.1, 2.0)}
    >>> task = Task(task="t1", project="p", at=0.0, classes=("yes", "no"), features=features)
    >>> reduced(task).features
    {'lang': 'en', 'place[2]': (0.1, 2.0)}
    """
    for value in task.features.values():
        if isinstance(value, tuple) or (isinstance(value, str) and len(value) > LONGEST_TEXT):
            return msgspec.structs.replace(task, features=_reduced(task))
    return task


def _reduced(task: Task) -> dict[str, Feature]:
    vectors = {name: value for name, value in task.features.items() if isinstance(value, tuple)}
    texts = {
        name: value
        for name, value in task.features.items()
        if isinstance(value, str) and len(value) > LONGEST_TEXT
    }
    count = len(vectors) + len(texts)
    if count > MOST_NUMBERS:
        msg = f"task {task.task!r}: {count} vectors and long texts: at most {MOST_NUMBERS}"
        raise EventError("bad_vector", msg)
    for name, vector in vectors.items():
        _check(f"task {task.task!r}: feature {name[:LONGEST_TEXT]!r}", vector)
    fits = not texts and sum(map(len, vectors.values())) <= MOST_NUMBERS
    share = MOST_NUMBERS if fits else MOST_NUMBERS // count
    kept: dict[str, Feature] = {}
    for name, value in task.features.items():
        new, short = name, value
        if name in texts:
            new, short = f"{name}[words>{share}]", projected_words(name, texts[name], share)
        elif name in vectors:
            new, short = _shortened(name, vectors[name], share)
        if new in kept or (new != name and new in task.features):
            msg = f"task {task.task!r}: feature {new[:LONGEST_TEXT]!r} has the name that a vector"
            raise EventError("reserved_name", f"{msg} is kept under; give it another")
        kept[new] = short
    return kept


def _shortened(name: str, vector: tuple[float, ...], size: int) -> tuple[str, tuple[float, ...]]:
    if len(vector) <= size:
        return f"{name}[{len(vector)}]", rounded(vector)
    return f"{name}[{len(vector)}>{size}]", projected(name, vector, size)


def _check(what: str, vector: tuple[float, ...]) -> None:
    """Refuse a vector that is empty, too long, or has a number that is out of range."""
    if not 1 <= len(vector) <= LONGEST_VECTOR:
        msg = f"{what}: a vector of {len(vector):,} numbers: must have 1 to {LONGEST_VECTOR:,}"
        raise EventError("bad_vector", msg)
    for number in vector:
        if not -LARGEST <= number <= LARGEST:
            msg = f"{what}: number {number:g} in a vector: must be between {-LARGEST:g} and "
            raise EventError("bad_vector", f"{msg}{LARGEST:g}")
