"""Sums that are added field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import or_
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay.numerics.fieldwise_sum import FieldwiseSum, begun, each, if_both, kept, merged

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class Whole(FieldwiseSum):
    """A field of every kind."""

    rows: int = 0
    high: float = field(default=0.0, metadata=merged(max))
    known: bool = field(default=False, metadata=merged(or_))
    parts: tuple[int, ...] = field(default=(0, 0), metadata=merged(each))
    gain: int | None = field(default=0, metadata=merged(if_both))
    limit: float = field(default=2.0, metadata=merged(kept))


@dataclass(frozen=True, slots=True, eq=False)
class Counted(FieldwiseSum):
    """Arrays that have no shape before the first row."""

    empty_without: ClassVar[str | None] = "rows"
    rows: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros(0))
    cross: Floats = field(default_factory=lambda: np.zeros((2, 0)), metadata=merged(begun(1)))


@dataclass(frozen=True, slots=True)
class Narrow(FieldwiseSum):
    """One field alone."""

    rows: int = 0


WHOLE = st.builds(
    Whole,
    st.integers(0, 9),
    st.floats(0, 9),
    st.booleans(),
    st.tuples(st.integers(), st.integers()),
    st.none() | st.integers(),
)


@given(WHOLE, WHOLE, WHOLE)
def test_sums_are_associative_and_the_empty_one_is_neutral(a: Whole, b: Whole, c: Whole) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + Whole() == Whole() + a == a


def test_each_field_is_merged_as_it_is_declared() -> None:
    total = Whole(1, 5.0, True, (1, 2), None, 3.0) + Whole(2, 4.0, False, (3, 4), 7, 9.0)
    assert total == Whole(3, 5.0, True, (4, 6), None, 3.0)
    assert Narrow(1) + Narrow(2) == Narrow(3)


def test_a_sum_of_nothing_is_left_out() -> None:
    some = Counted(2, np.array([1.0, 2.0]), np.ones((2, 3)))
    assert some + Counted() is some
    assert Counted() + some is some
    assert (some + some).sums.tolist() == [2.0, 4.0]
    assert (some + Counted(1, np.zeros(2))).cross.shape == (2, 3)
