"""The records of a desk: how each is encoded, keyed, and read back.

None is used that a newer poolwise wrote: an older program would drop the fields that it doesn't
know when it writes the record again.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from bandit.errors import NewerVersion, StateError
from bandit.task.state import (
    PREDICTIONS_VERSION,
    VERSION,
    DeskState,
    HeldGold,
    HeldPredictions,
    TaskState,
)

STATE_KEY = b"desk"
TASK, GOLD, PREDICTIONS = b"task/", b"gold/", b"predictions/"

KINDS: dict[bytes, type[TaskState | HeldGold | HeldPredictions]] = {
    TASK: TaskState,
    GOLD: HeldGold,
    PREDICTIONS: HeldPredictions,
}
"""What a record is, by how its key begins; the desk's own is apart."""

DeskRecord = TaskState | HeldGold | HeldPredictions
R = TypeVar("R", bound=DeskRecord | DeskState)


class _Version(msgspec.Struct, frozen=True):
    """What is looked at where the other fields can't be read."""

    v: int = 1


encode = msgspec.json.Encoder().encode
decode_desk = msgspec.json.Decoder(DeskState).decode
DECODE: dict[type, Any] = {
    **{kind: msgspec.json.Decoder(kind).decode for kind in KINDS.values()},
    DeskState: decode_desk,
}
_NEWEST: dict[type, int] = {HeldPredictions: PREDICTIONS_VERSION}
"""Versions that are read, where it isn't `VERSION`."""


def task_key(name: str) -> bytes:
    """Return the key of a task's record."""
    return TASK + name.encode()


def gold_key(name: str) -> bytes:
    """Return the key of the gold that waits for a task."""
    return GOLD + name.encode()


def predictions_key(name: str) -> bytes:
    """Return the key of the predictions that wait for a task."""
    return PREDICTIONS + name.encode()


def key_of(record: DeskRecord) -> bytes:
    """Return the key of a record."""
    if isinstance(record, TaskState):
        return task_key(record.task.task)
    return gold_key(record.task) if isinstance(record, HeldGold) else predictions_key(record.task)


def kind_of(key: bytes) -> type[DeskRecord]:
    """Return what the record of a key is."""
    return KINDS[key[: key.index(b"/") + 1]]


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
    newest = _NEWEST.get(kind, VERSION)
    try:
        record: R = DECODE[kind](data)
    except (ValueError, RecursionError) as error:
        if (version := _version(data)) > newest:
            raise NewerVersion(what, version, newest) from error
        msg = f"{what}: can't be read: {error}"
        raise StateError(msg) from error
    if record.v > newest:
        raise NewerVersion(what, record.v, newest)
    return record


def _version(data: bytes) -> int:
    try:
        return msgspec.json.decode(data, type=_Version).v
    except (ValueError, RecursionError):
        return VERSION
