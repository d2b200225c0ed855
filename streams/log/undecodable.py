"""What to say of a record that can't be decoded: what it is, where, and what to do about it."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING, NoReturn

import msgspec

from bandit.engine.checks import TIMES
from bandit.events import Feature

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Event

GZIP = b"\x1f\x8b"
LEAVE_OUT = "leave out what is unknown"
ONE_LINE = "write each event as one JSON object on a line of its own"
SOME_NAME = "[...]"
"""What msgspec calls a name in an object."""
VALUES: dict[str, object] = {"features": Feature, "chances": float}
"""Fields that are objects, with the type of their values."""

_decode_values = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _NoJson(ValueError):
    """A word that stands for a number in JavaScript or Python, and in no JSON."""


def malformed(data: bytes, error: Exception) -> str:
    """Say why `data` is no JSON object.

    Examples
    --------
    >>> malformed(b"[]", msgspec.ValidationError("Expected `object`, got `array`"))
    'a JSON array; write each event as one JSON object on a line of its own'
    """
    if data.startswith(GZIP):
        return "compressed with gzip, not JSON; decompress it first"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "text in UTF-16, not in UTF-8"
    text = str(error)
    if text == "Expected `object`, got `array`":
        return f"a JSON array; {ONE_LINE}"
    if text == "Input data was truncated":
        return f"the JSON ends too early; {ONE_LINE}"
    try:
        json.loads(data, parse_constant=_refuse)
    except _NoJson as found:
        return f"{found} is no JSON; {LEAVE_OUT}"
    except (ValueError, RecursionError):
        pass
    return one_line(error)


def bad_field(kind: type[Event], fields: Mapping[str, msgspec.Raw], error: Exception) -> str:
    """Say which field has a value of a wrong type, and which it has to have."""
    what, _, path = str(error).partition(" - at `$.")
    where = path.rstrip("`")
    name = where.partition("[")[0]
    if where.startswith(f"{name}{SOME_NAME}") and name in VALUES:
        where = where.replace(SOME_NAME, f"[{_wrong_value(fields[name], VALUES[name])!r}]", 1)
    if where in TIMES and what.endswith("got `str`"):
        what = "expected seconds since 1970 (UTC), such as 1790000000, got text"
    elif what.endswith("got `null`") and path.rstrip("`") in _may_be_left_out(kind):
        what = f"null; {LEAVE_OUT}"
    return f"{where}: {what}" if where else what


def one_line(error: BaseException) -> str:
    """Write an error's message in one line."""
    return " ".join(str(error).split())[:300]


def _may_be_left_out(kind: type[Event]) -> set[str]:
    fields = {field.name for field in msgspec.structs.fields(kind) if not field.required}
    return fields | {f"{name}{SOME_NAME}" for name in VALUES}


def _wrong_value(values: msgspec.Raw, of: object) -> str:
    """Name the first value in an object that isn't of the type."""
    for name, value in _decode_values(values).items():
        try:
            msgspec.json.decode(value, type=of)
        except ValueError:
            return name[:100]
    return ""


def _refuse(word: str) -> NoReturn:
    raise _NoJson(word)
