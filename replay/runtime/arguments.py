"""Arguments of public calls, checked: one line names the argument, and what it must be."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN = (str, Real, type(None))
"""Types whose values are short enough to be shown in an error."""

STRINGS = "a string or a list of strings"


def shown(value: object) -> str:
    """Write a value for an error: itself if it is short, else its type.

    Examples
    --------
    >>> shown("usd"), shown(None), shown([1, 2]), shown(OSError())
    ("'usd'", 'None', 'a list', 'an OSError')
    """
    if isinstance(value, PLAIN):
        return repr(value) if isinstance(value, str | int | float | None) else str(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"


def is_number(given: object) -> TypeGuard[int | float]:
    """Whether something is a number, of Python or of numpy; true and false are none."""
    return isinstance(given, Real) and not isinstance(given, bool)


def refuse(option: str, value: object, wanted: str) -> BadValue:
    """Return the error of an argument that is not what it must be."""
    return BadValue(f"{option} is {shown(value)}, must be {wanted}")


def path_of(option: str, given: object) -> Path:
    """Return a path.

    Raises
    ------
    BadValue
        If it is none.

    Examples
    --------
    >>> path_of("log", None)
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: log is None, must be a path
    """
    if not isinstance(given, str | os.PathLike):
        raise refuse(option, given, "a path")
    return Path(given)


def check_name(option: str, given: object, wanted: str) -> None:
    """Refuse what is no name; `None` stands for none.

    Raises
    ------
    BadValue
        If it is something else.
    """
    if not isinstance(given, str | None):
        raise refuse(option, given, wanted)


def check_number(
    option: str, given: object, low: float, high: float = math.inf, *, wanted: str
) -> None:
    """Refuse what is no finite number from `low` to `high`.

    Raises
    ------
    BadValue
        If it is something else.

    Examples
    --------
    >>> check_number("power", 80, 0.5, 0.999, wanted="from 0.5 to 0.999")
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: power is 80, must be from 0.5 to 0.999
    """
    if not is_number(given) or not (math.isfinite(given) and low <= given <= high):
        raise refuse(option, given, wanted)


def check_open_share(option: str, given: object) -> None:
    """Refuse what is not between 0 and 1.

    Raises
    ------
    BadValue
        If it is something else.
    """
    if not is_number(given) or not 0 < given < 1:
        raise refuse(option, given, "between 0 and 1")


def check_whole(option: str, given: object, low: int, high: float = math.inf) -> None:
    """Refuse what is no whole number from `low` to `high`.

    Raises
    ------
    BadValue
        If it is something else.

    Examples
    --------
    >>> check_whole("planned", 0, 2)
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: planned is 0, must be a whole number, 2 or more
    """
    if not _is_whole(given) or not low <= given <= high:
        limits = f"{low} or more" if high == math.inf else f"{low} to {high:,}"
        raise refuse(option, given, f"a whole number, {limits}")


def check_kind(option: str, given: object, kinds: tuple[type, ...]) -> None:
    """Refuse what is no number where `kinds` say one; other kinds are checked elsewhere.

    Raises
    ------
    BadValue
        If it is something else.

    Examples
    --------
    >>> check_kind("horizon", 2.5, (int, type(None)))
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: horizon is 2.5, must be a whole number
    """
    if given is None and type(None) in kinds:
        return
    if float in kinds and not is_number(given):
        raise refuse(option, given, "a number")
    if int in kinds and not _is_whole(given):
        raise refuse(option, given, "a whole number")


def several_numbers(option: str, given: Any) -> tuple[float, ...]:
    """Return numbers as a tuple; a single one is a list of one.

    Raises
    ------
    BadValue
        If they are no numbers.

    Examples
    --------
    >>> several_numbers("rate", 20.0), several_numbers("rate", [2, 20])
    ((20.0,), (2, 20))
    """
    if is_number(given):
        return (given,)
    wanted = "a number or a list of numbers"
    if isinstance(given, str):
        raise refuse(option, given, wanted)
    numbers = as_tuple(option, given, wanted)
    for number in numbers:
        if not is_number(number):
            raise refuse(option, number, "a number")
    return numbers


def mapping_of(option: str, given: object, example: Mapping[str, float]) -> dict[str, Any]:
    """Return a dict; `None` stands for an empty one.

    Raises
    ------
    BadValue
        If it is something else; the message shows an example.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise refuse(option, given, f"a dict, such as {example}")
    return dict(given)


def several(option: str, given: str | Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; a string is one name, never a list of letters.

    Raises
    ------
    BadValue
        If they are no strings.

    Examples
    --------
    >>> several("by", "country"), several("by", ["country", "device"])
    (('country',), ('country', 'device'))
    """
    if isinstance(given, str):
        return (given,)
    names = as_tuple(option, given, STRINGS)
    for name in names:
        if not isinstance(name, str):
            raise BadValue(f"{option}: {name!r} is not a name, must be a string")
    return names


def as_tuple(option: str, given: Any, wanted: str) -> tuple[Any, ...]:
    """Return what is given one by one as a tuple; `wanted` says what it must be.

    Raises
    ------
    BadValue
        If it is a single thing.
    """
    try:
        return tuple(given)
    except TypeError:
        raise refuse(option, given, wanted) from None


def _is_whole(given: object) -> TypeGuard[int]:
    return isinstance(given, Integral) and not isinstance(given, bool)
