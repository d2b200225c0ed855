"""The records of a desk as they are read back: none is used that a newer poolwise wrote.

An older program would drop the fields that it doesn't know when it writes a record again.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bandit.errors import NewerVersion, StateError
from bandit.task.state import VERSION, DeskState, HeldGold, TaskState

Read = TypeVar("Read", TaskState, HeldGold, DeskState)


class _Version(msgspec.Struct, frozen=True):
    """What is looked at where the other fields can't be read."""

    v: int = 1


_decoders: dict[type, Any] = {
    kind: msgspec.json.Decoder(kind) for kind in (TaskState, HeldGold, DeskState)
}


def read(key: bytes, data: bytes, kind: type[Read]) -> Read:
    """Return the record of `key`.

    Raises
    ------
    NewerVersion
        If a newer poolwise wrote it.
    StateError
        If it can't be read.

    Examples
    --------
    >>> read(b"desk", b'{"now":5.0}', DeskState).now
    5.0
    >>> read(b"task/t1", b"", TaskState)
    Traceback (most recent call last):
    ...
    bandit.errors.StateError: desk record 'task/t1': can't be read: Input data was truncated
    """
    what = f"desk record {key.decode(errors='replace')!r}"
    try:
        found: Read = _decoders[kind].decode(data)
    except (ValueError, RecursionError) as error:
        if (version := _version(data)) > VERSION:
            raise NewerVersion(what, version, VERSION) from error
        msg = f"{what}: can't be read: {error}"
        raise StateError(msg) from error
    if found.v > VERSION:
        raise NewerVersion(what, found.v, VERSION)
    return found


def _version(data: bytes) -> int:
    try:
        return msgspec.json.decode(data, type=_Version).v
    except (ValueError, RecursionError):
        return VERSION
