"""Features of a row as numbers: the action one-hot, every context column hashed or scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from replay.models.gram import Gram
from replay.numerics.arrays import array_of
from replay.numerics.magnitude import MAX_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows
    from replay.tables.values.context_column import ContextColumn

MAX_ONE_HOT = 512
"""Actions beyond this many share slots by hash: a fit costs the cube of the slots."""

DENSE = 64
"""Vectors longer than this are nearly all zeros."""

CONTEXT_SLOTS = 128
"""Slots that the categories of all context columns are hashed into."""


@dataclass(frozen=True, slots=True)
class Features:
    """How rows become vectors: `slot` of each action, then hashed categories, then numbers."""

    slot: tuple[int, ...]
    categories: tuple[str, ...]
    numbers: tuple[tuple[str, float, float], ...]

    @classmethod
    def of(cls, actions: Sequence[str], context: Sequence[ContextColumn]) -> Features:
        """Lay out the features of a surveyed log; a number's mean and scale are the whole log's.

        They come from contexts alone, so a model of the past learns no later reward by them.
        """
        few = len(actions) <= MAX_ONE_HOT
        return cls(
            tuple(
                i if few else crc32(action.encode()) % MAX_ONE_HOT
                for i, action in enumerate(actions)
            ),
            tuple(column.name for column in context if not column.continuous),
            tuple(
                (c.name, c.moments.mean, float(np.sqrt(c.moments.second / c.moments.count)))
                for c in context
                if c.continuous
            ),
        )

    def blind(self) -> Features:
        """Return the same without the action: all share one slot."""
        return Features((0,), self.categories, self.numbers)

    @property
    def action_slots(self) -> int:
        """How many slots the actions take."""
        return max(self.slot, default=-1) + 1

    @property
    def size(self) -> int:
        """Length of a vector."""
        return self.action_slots + self.context_size

    @property
    def context_size(self) -> int:
        """Length of its part about the context."""
        return (CONTEXT_SLOTS if self.categories else 0) + len(self.numbers)

    def gram(self, rows: Rows, centre: float = 0.0) -> Gram:
        """Cross products of rows' features and rewards less `centre`; of actions, by counting."""
        reward = rows.reward - centre
        if self.context_size:
            return Gram.of(self.of_rows(rows), reward)
        slots = np.asarray(self.slot, np.int64)[rows.action]
        return Gram.of_slots(slots, self.action_slots, reward)

    def of_rows(self, rows: Rows) -> Any:
        """Turn rows into vectors z, shape (n, size): an array, or a sparse one if they are long."""
        slots = np.asarray(self.slot, np.int64)[rows.action]
        context = self.context(rows)
        n, split = len(rows), self.action_slots
        if self.size > DENSE:
            from scipy.sparse import csr_array, hstack  # noqa: PLC0415 - 15 MB that few logs need

            indicators = csr_array((np.ones(n), slots, np.arange(n + 1)), shape=(n, split))
            return hstack([indicators, csr_array(context)], format="csr")
        vectors = np.zeros((n, self.size))
        vectors[np.arange(n), slots] = 1.0
        vectors[:, split:] = context
        return vectors

    def context(self, rows: Rows) -> Floats:
        """Turn contexts into an array of shape (n, context_size)."""
        vectors = np.zeros((len(rows), self.context_size))
        for name in self.categories:
            coded = rows.context[name].dictionary_encode()
            slots = np.array(
                [crc32(f"{name}={value}".encode()) % CONTEXT_SLOTS for value in _values(coded)]
            )
            at = slots[array_of(coded.indices, null=len(coded.dictionary))]
            vectors[np.arange(len(rows)), at] += 1.0
        start = CONTEXT_SLOTS if self.categories else 0
        for at, (name, mean, scale) in enumerate(self.numbers, start=start):
            column = rows.context[name].cast(pa.float64())
            numbers = array_of(column, null=mean)
            numbers = np.clip(numbers, -MAX_SIZE, MAX_SIZE)
            vectors[:, at] = np.clip(np.nan_to_num((numbers - mean) / scale), -5.0, 5.0)
        return vectors


def _values(coded: Any) -> list[str | None]:
    """Distinct values of a dictionary-encoded column, and `None` for a missing one."""
    return [*coded.dictionary.cast(pa.string()).to_pylist(), None]
