"""Whether a column of the context is a number or a category, found out batch by batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from replay.numerics.arrays import array_of, column_of
from replay.numerics.magnitude import MAX_SIZE
from replay.numerics.moments import Moments

MANY_VALUES = 64
"""A context column of numbers with more distinct values than this is a number, not a category."""


@dataclass(slots=True)
class ContextColumn:
    """What a column holds; columns of other pieces are added by `+`.

    Attributes
    ----------
    name
        What it is called.
    numeric
        Whether all its values are numbers.
    values
        Distinct numbers, up to `MANY_VALUES`; empty where there are more.
    many
        Whether there are more.
    moments
        Of the finite numbers.
    """

    name: str
    numeric: bool = True
    values: set[float] = field(default_factory=set)
    many: bool = False
    moments: Moments = field(default_factory=Moments)

    @property
    def continuous(self) -> bool:
        """Whether it is used as a number."""
        return self.numeric and self.many and bool(self.moments.variance())

    def receive(self, column: Any) -> None:
        """Look at a batch: a column of Arrow, text or numbers."""
        if not self.numeric:
            return
        try:
            numbers = array_of(pc.drop_null(column).cast(pa.float64()))
        except pa.ArrowException:
            self._no_number()
            return
        numbers = numbers[np.abs(numbers) <= MAX_SIZE]  # the mean is not of what is beyond
        self.moments = self.moments.receive(numbers)
        if not self.many:
            self._add(set(pc.unique(column_of(numbers)).to_pylist()))

    def __add__(self, other: ContextColumn) -> ContextColumn:
        both = ContextColumn(
            self.name,
            values=set(self.values),
            many=self.many or other.many,
            moments=self.moments + other.moments,
        )
        both._add(other.values)
        if not (self.numeric and other.numeric):
            both._no_number()
        return both

    def _add(self, values: set[float]) -> None:
        self.values = self.values | values
        self.many = self.many or len(self.values) > MANY_VALUES
        if self.many:
            self.values = set()

    def _no_number(self) -> None:
        self.numeric, self.values, self.many, self.moments = False, set(), False, Moments()
