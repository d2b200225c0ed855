"""Sums that are added field by field, as the declaration of their fields says.

A field is added with `+`, unless its metadata say otherwise (`field(metadata=merged(max))`). A
class whose fields mean nothing before rows were received (arrays without a shape yet) names the
field that is empty until then. All fields are arguments of `__init__`, in the order of their
declaration.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.numerics.arrays import Floats

Sum = TypeVar("Sum")


class FieldwiseSum:
    """Base of frozen dataclasses that are sums.

    Examples
    --------
    >>> from dataclasses import dataclass, field
    >>> @dataclass(frozen=True, slots=True)
    ... class Highest(FieldwiseSum):
    ...     rows: int = 0
    ...     high: float = field(default=0.0, metadata=merged(max))
    >>> Highest(2, 5.0) + Highest(1, 3.0)
    Highest(rows=3, high=5.0)
    """

    __slots__ = ()

    empty_without: ClassVar[str | None] = None
    """Field that is 0 or empty until something is received; then the other sum is the result."""

    def __add__(self, other: Self) -> Self:
        if self.empty_without is not None:
            if not getattr(self, self.empty_without):
                return other
            if not getattr(other, self.empty_without):
                return self
        return added(self, other)


def added(a: Sum, b: Any) -> Sum:
    """Add two sums of the class of the first, field by field."""
    return _adder(type(a))(a, b)  # type: ignore[arg-type,no-any-return]  # types are hashable


def merged(how: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """Return the metadata of a field that is merged by a function of two values."""
    return {"merge": how}


def kept(a: Any, _: Any) -> Any:
    """Return the first: of a setting, which both sums share."""
    return a


def if_both(a: Any, b: Any) -> Any:
    """Add what both have; `None` where one has it not."""
    return None if a is None or b is None else a + b


def itemwise(a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...]:
    """Add tuples of sums item by item."""
    return tuple(left + right for left, right in zip(a, b, strict=True))


def unless_empty(axis: int) -> Callable[[Floats, Floats], Floats]:
    """Add arrays of which one may be 0 long along an axis, because nothing was received."""

    def adding(a: Floats, b: Floats) -> Floats:
        if not a.shape[axis] or not b.shape[axis]:
            return a if a.shape[axis] else b
        return a + b

    return adding


@cache
def _adder(kind: type) -> Callable[[Any, Any], Any]:
    """Make the function that adds two sums of a class, as dataclasses make theirs.

    A loop over the fields took 5 % of the time of the evaluator's one pass.
    """
    merges = {field.name: field.metadata.get("merge") for field in fields(kind)}
    values = (
        f"a.{name} + b.{name}" if merge is None else f"merges[{name!r}](a.{name}, b.{name})"
        for name, merge in merges.items()
    )
    source = f"lambda a, b: kind({', '.join(values)})"
    made: Callable[[Any, Any], Any] = eval(source, {"kind": kind, "merges": merges})  # noqa: S307 - made of the names of our own fields
    return made
