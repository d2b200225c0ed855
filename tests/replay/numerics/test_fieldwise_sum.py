"""Sums that are added field by field."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import or_
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.numerics.fieldwise_sum import (
    FieldwiseSum,
    if_both,
    itemwise,
    kept,
    merged,
    unless_empty,
)

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True)
class Whole(FieldwiseSum):
    """A field of every kind."""

    rows: int = 0
    high: float = field(default=0.0, metadata=merged(max))
    known: bool = field(default=False, metadata=merged(or_))
    parts: tuple[int, ...] = field(default=(0, 0), metadata=merged(itemwise))
    gain: int | None = field(default=0, metadata=merged(if_both))
    limit: float = field(default=2.0, metadata=merged(kept))


@dataclass(frozen=True, slots=True, eq=False)
class Counted(FieldwiseSum):
    """Arrays that have no shape before the first row."""

    empty_without: ClassVar[str | None] = "rows"
    rows: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros(0))
    cross: Floats = field(
        default_factory=lambda: np.zeros((2, 0)), metadata=merged(unless_empty(1))
    )


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


COUNTED = st.builds(
    lambda rows, width, value: Counted(
        rows, np.full(2, value), np.full((2, width), value) if rows else np.zeros((2, 0))
    ),
    st.integers(0, 5),
    st.sampled_from((0, 3)),
    st.integers(-9, 9).map(float),
)


@given(COUNTED, COUNTED, COUNTED)
def test_arrays_without_a_shape_yet_take_nothing_away(a: Counted, b: Counted, c: Counted) -> None:
    """However the parts are grouped; a part of no rows counts for nothing, whatever it holds."""
    parts = [part for part in (a, b, c) if part.rows]
    for total in ((a + b) + c, a + (b + c)):
        assert total.rows == sum(part.rows for part in parts)
        if parts:
            assert total.sums.tolist() == sum(part.sums for part in parts).tolist()  # type: ignore[union-attr]
            shaped = [part.cross for part in parts if part.cross.size]
            assert total.cross.shape == ((2, 3) if shaped else (2, 0))
            assert total.cross.sum() == sum(cross.sum() for cross in shaped)


@given(WHOLE, WHOLE)
def test_only_a_setting_depends_on_which_part_comes_first(a: Whole, b: Whole) -> None:
    assert a + b == b + a
    fives = Whole(limit=5.0)
    assert ((a + fives).limit, (fives + a).limit) == (2.0, 5.0)


def test_a_field_that_can_not_be_added_needs_a_declaration() -> None:
    """It isn't dropped, and the first isn't kept, unless the field says so."""

    @dataclass(frozen=True, slots=True)
    class Undeclared(FieldwiseSum):
        limits: frozenset[int] = frozenset()

    with pytest.raises(TypeError, match="unsupported operand"):
        Undeclared() + Undeclared()


def test_tuples_of_different_lengths_are_not_added() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Whole(parts=(1, 2)) + Whole(parts=(1,))
