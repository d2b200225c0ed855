"""The records of a desk: how each is encoded, keyed, and read back.

None is used that a newer poolwise wrote: an older program would drop the fields that it doesn't
know when it writes the record again.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bandit.errors import NewerVersion, StateError
from bandit.task.state import VERSION, DeskState, HeldGold, TaskState

STATE_KEY = b"desk"
TASK, GOLD = b"task/", b"gold/"

R = TypeVar("R", TaskState, HeldGold, DeskState)


class _Version(msgspec.Struct, frozen=True):
    """What is looked at where the other fields can't be read."""

    v: int = 1


encode = msgspec.json.Encoder().encode
decode_task = msgspec.json.Decoder(TaskState).decode
decode_gold = msgspec.json.Decoder(HeldGold).decode
decode_desk = msgspec.json.Decoder(DeskState).decode
_DECODE: dict[type, Any] = {TaskState: decode_task, HeldGold: decode_gold, DeskState: decode_desk}


def task_key(name: str) -> bytes:
    """Return the key of a task's record."""
    return TASK + name.encode()


def gold_key(name: str) -> bytes:
    """Return the key of the gold that waits for a task."""
    return GOLD + name.encode()


def read(key: bytes, data: bytes, kind: type[R]) -> R:
    """Return the record of `key`, which another program may have written.

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
        record: R = _DECODE[kind](data)
    except (ValueError, RecursionError) as error:
        if (version := _version(data)) > VERSION:
            raise NewerVersion(what, version, VERSION) from error
        msg = f"{what}: can't be read: {error}"
        raise StateError(msg) from error
    if record.v > VERSION:
        raise NewerVersion(what, record.v, VERSION)
    return record


def _version(data: bytes) -> int:
    try:
        return msgspec.json.decode(data, type=_Version).v
    except (ValueError, RecursionError):
        return VERSION
