"""Context vectors of learners: an intercept, numbers, and the most frequent categories.

A learner of its own model costs the square of its features for every row, so they are few.
Categories are hashed while the log is read; those seen most often then get a feature each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import array_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.models.features import Features
    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows

MOST_FEATURES = 32
"""All together: 1,000 cells an action and lane."""

SLOTS = 1 << 12
"""Categories are hashed into so many; two of 24 frequent ones meet in 1 of 15 logs."""


@dataclass(slots=True)
class Contexts:
    """Contexts as they are read, small: hashed categories and scaled numbers, batch by batch."""

    features: Features
    codes: list[NDArray[np.int16]] = field(default_factory=list)
    numbers: list[Floats] = field(default_factory=list)

    def receive(self, rows: Rows) -> None:
        """Add rows."""
        codes = np.zeros((len(rows), len(self.features.categories)), np.int16)
        for at, name in enumerate(self.features.categories):
            coded = rows.context[name].dictionary_encode()
            words = [*coded.dictionary.cast(pa.string()).to_pylist(), None]
            slots = np.array([crc32(f"{name}={word}".encode()) % SLOTS for word in words], np.int16)
            codes[:, at] = slots[array_of(coded.indices, null=len(words) - 1)]
        self.codes.append(codes)
        numbers = np.zeros((len(rows), len(self.features.numbers)))
        for at, (name, mean, scale) in enumerate(self.features.numbers):
            scaled = (array_of(rows.context[name].cast(pa.float64()), null=mean) - mean) / scale
            numbers[:, at] = np.clip(np.nan_to_num(scaled), -5.0, 5.0)
        self.numbers.append(numbers)

    def vectors(self) -> tuple[Floats, int]:
        """All rows' features z, shape (n, d), and how many were left out for being too many."""
        codes, numbers = np.concatenate(self.codes), np.concatenate(self.numbers)
        kept = numbers[:, : MOST_FEATURES - 1]
        room = MOST_FEATURES - 1 - kept.shape[1]
        pairs = [
            (int(count), at, slot)
            for at in range(codes.shape[1])
            for slot, count in enumerate(np.bincount(codes[:, at], minlength=1))
            if count
        ]
        frequent = sorted(pairs, key=lambda pair: (-pair[0], pair[1:]))[:room]
        columns: Sequence[Floats] = [
            (codes[:, at] == slot).astype(float) for _, at, slot in sorted(frequent)
        ]
        z = np.column_stack([np.ones(len(kept)), kept, *columns])
        return z, len(pairs) - len(frequent) + numbers.shape[1] - kept.shape[1]
