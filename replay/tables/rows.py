"""Rows of a log as numbers: checked, in its order, among the actions that it names."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.numerics.arrays import Floats, Ints, column_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a log, in its order: n of them, among K actions.

    Attributes
    ----------
    action
        Indices into the log's actions, shape (n,).
    reward, propensity
        What came of it, and the logged chance of the action, shape (n,).
    context
        Columns of Arrow, text (plain or dictionary-encoded) or numbers, of length n; null allowed.
    logged_pmf
        The logging policy's chance of every action where the log holds it, shape (n, K).
    eligible
        Which actions could be chosen where the log says it, shape (n, K).
    lowered
        Factors on the exploration floors of actions, shape (n, K), where the log holds prices.
    by
        Columns of Arrow to slice by, as `context`.
    group
        A number in 0..4095 that rows of one cluster share, shape (n,).
    index
        Number of the row in the whole table, from 0, shape (n,).
    target_probs, target_pmfs
        By the column that it stands in, a target's chance of the logged action, shape (n,), or of
        every action, shape (n, K).
    time
        When it was, in seconds, shape (n,), where the log says it.
    ids
        Groups by columns that may be clusters, shape (n, c), where there are any.
    """

    action: Ints
    reward: Floats
    propensity: Floats
    context: Mapping[str, Any] = field(default_factory=dict)
    logged_pmf: Floats | None = None
    eligible: NDArray[np.bool_] | None = None
    by: Mapping[str, Any] = field(default_factory=dict)
    group: Ints | None = None
    index: Ints | None = None
    target_probs: Mapping[str, Floats] = field(default_factory=dict)
    target_pmfs: Mapping[str, Floats] = field(default_factory=dict)
    time: Floats | None = None
    ids: Ints | None = None
    lowered: Floats | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.reward)

    def slice(self, start: int, stop: int) -> Rows:
        """Rows from `start` up to `stop`."""
        if start <= 0 and stop >= len(self):
            return self
        return self._each(lambda values: values[start:stop])

    def parts(self, most: int) -> Iterator[Rows]:
        """Cut it into slices of at most `most` rows."""
        for start in range(0, len(self), most):
            yield self.slice(start, min(start + most, len(self)))

    def where(self, keep: NDArray[np.bool_]) -> Rows:
        """Only the rows that `keep`, shape (n,), is true for."""
        arrow = column_of(keep)
        return self._each(
            lambda values: values[keep] if isinstance(values, np.ndarray) else values.filter(arrow)
        )

    def _each(self, part: Callable[[Any], Any]) -> Rows:
        def of(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: part(column) for name, column in value.items()}
            return None if value is None else part(value)

        return Rows(*(of(getattr(self, field.name)) for field in fields(self)))
