"""The rival to an accuracy: the cheapest way that reaches it, or else the most accurate one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Way = TypeVar("Way")


def cheapest_as_accurate(
    ways: Iterable[Way],
    wanted: float,
    accuracy: Callable[[Way], float],
    cost: Callable[[Way], Any],
) -> tuple[Way, bool]:
    """Return the rival among ways of buying labels, and whether it is as accurate as wanted.

    Examples
    --------
    >>> usd = {"one": 0.1, "three": 0.3, "five": 0.5}
    >>> right = {"one": 0.7, "three": 0.9, "five": 0.95}
    >>> cheapest_as_accurate(usd, 0.8, right.__getitem__, usd.__getitem__)
    ('three', True)
    >>> cheapest_as_accurate(usd, 0.99, right.__getitem__, usd.__getitem__)
    ('five', False)
    """
    every = list(ways)
    as_accurate = [way for way in every if accuracy(way) >= wanted]
    if as_accurate:
        return min(as_accurate, key=cost), True
    return max(every, key=accuracy), False
