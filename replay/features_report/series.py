"""A feature or signal as a series over the rows of a log: numbers, texts or vectors, with gaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.events import Feature
    from replay.numerics.arrays import Floats

Group = Literal["task", "prediction", "progress", "pool", "labeler"]
"""What it is about: the task itself, the user's own models' predictions of it, how far the task is
and the hour, the record of the pool, the record of the labeler."""
Kind = Literal["number", "text", "vector"]
ID_SHARE = 0.5
"""A text with more different values than this share of its tasks identifies tasks."""
LEAST_IDS = 100


@dataclass(frozen=True, eq=False)
class Series:
    """A named series; missing values are `None`.

    A series with numbers and texts counts as texts, one with vectors as vectors. `rows` are the
    numbers of the tasks that its values belong to, in ascending order.
    """

    name: str
    group: Group
    kind: Kind
    values: tuple[Feature | None, ...]
    rows: NDArray[np.int64]

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Whether each row has a value."""
        return np.array([value is not None for value in self.values], bool)

    @cached_property
    def numbers(self) -> Floats:
        """Values of numbers, shape (n,), or of vectors, shape (n, length); NaN if missing."""
        if self.kind == "number":
            return np.array([np.nan if value is None else value for value in self.values], float)
        assert self.kind == "vector"
        lengths = {len(value) for value in self.values if isinstance(value, tuple)}
        gap = (np.nan,) * max(lengths)
        padded = [
            (*value, *gap)[: len(gap)] if isinstance(value, tuple) else gap for value in self.values
        ]
        return np.array(padded, float)

    @cached_property
    def texts(self) -> tuple[str | None, ...]:
        """Values as texts."""
        return tuple(None if value is None else str(value) for value in self.values)

    @cached_property
    def distinct(self) -> int:
        """Number of different values."""
        return len(set(self.values) - {None})

    @property
    def coverage(self) -> float:
        """Share of rows with a value."""
        return float(self.present.mean()) if len(self.values) else 0.0

    @property
    def is_id(self) -> bool:
        """Whether nearly each task has a text of its own: nothing can be learned from it."""
        return (
            self.kind == "text"
            and self.distinct >= LEAST_IDS
            and self.distinct > ID_SHARE * self.present.sum()
        )


def series_of(
    mappings: Sequence[Mapping[str, Feature]], group: Group, rows: NDArray[np.int64], most: int
) -> tuple[list[Series], int]:
    """Return the series of names that the mappings have, and how many more than `most` there are.

    The most frequent names are kept, in the order in which they were first seen.

    Examples
    --------
    >>> found, more = series_of([{"x": 1.0}, {"x": 2.0, "y": "a"}], "task", np.arange(2), 9)
    >>> [(one.name, one.kind, one.coverage) for one in found], more
    ([('x', 'number', 1.0), ('y', 'text', 0.5)], 0)
    """
    counts: dict[str, int] = {}
    for mapping in mappings:
        for name in mapping:
            counts[name] = counts.get(name, 0) + 1
    kept = set(sorted(counts, key=lambda name: -counts[name])[:most])
    found = []
    for name in counts:
        if name in kept:
            values = tuple([mapping.get(name) for mapping in mappings])
            found.append(Series(name, group, _kind(values), values, rows))
    return found, len(counts) - len(kept)


def _kind(values: tuple[Feature | None, ...]) -> Kind:
    if any(isinstance(value, tuple) for value in values):
        return "vector"
    return "text" if any(isinstance(value, str) for value in values) else "number"
