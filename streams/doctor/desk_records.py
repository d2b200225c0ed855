"""Records of the topic `desk`, decoded as far as doctor needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from bandit.desk.records import STATE_KEY, TASK

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.log.log import Record

T = TypeVar("T")


class PartitionRecord(msgspec.Struct):
    """State of a partition beside its tasks: its time, open tasks and offsets read, by topic."""

    now: float | None = None
    open_tasks: int = 0
    positions: dict[str, int] = {}


class _Arrival(msgspec.Struct):
    at: float


class TaskRecord(msgspec.Struct):
    """State of a task; of its verdict only whether there is one."""

    task: _Arrival
    verdict: msgspec.Raw = msgspec.Raw()  # msgspec decodes no object as `Raw | None`
    halted: str = ""
    halted_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the task has no verdict."""
        return not self.verdict or bytes(self.verdict) == b"null"


_decode_partition = msgspec.json.Decoder(PartitionRecord).decode
_decode_task = msgspec.json.Decoder(TaskRecord).decode


def partition_record(record: Record) -> PartitionRecord | None:
    """Return the state of a partition; `None` for other records, the default if unreadable.

    Examples
    --------
    >>> from streams.log.log import Record
    >>> partition_record(Record("desk", 0, 7, b"desk", b'{"now":5.0}')).now
    5.0
    """
    if record.key != STATE_KEY or record.value is None:
        return None
    return _decoded(_decode_partition, record.value) or PartitionRecord()


def is_task(record: Record) -> bool:
    """Whether a record is the state of a task, or its deletion."""
    return (record.key or b"").startswith(TASK)


def task_record(record: Record) -> TaskRecord | None:
    """Return the state of a task; `None` if it was deleted or can't be read."""
    return None if record.value is None else _decoded(_decode_task, record.value)


def _decoded(decode: Callable[[bytes], T], value: bytes) -> T | None:
    try:
        return decode(value)
    except (ValueError, RecursionError):
        return None
