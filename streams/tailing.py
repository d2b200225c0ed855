"""What stands in a topic, as JSON lines to read or to pipe on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from streams.topics import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log import Log, Record

BATCH = 1000
POLL_S = 0.2


def tail(log: Log, topic: str, position: int = 0, *, follow: bool = False) -> Iterator[Record]:
    """Yield the records of every partition of `topic` from `position` on.

    With `follow`, go on with what comes; otherwise stop where nothing is left.
    """
    readers = [log.follow(topic, part, position) for part in range(log.partitions(topic))]
    while True:
        found = False
        for reader in readers:
            records = reader.poll(BATCH, 0.0)
            found = found or bool(records)
            yield from records
        if found:
            continue
        if follow:
            yield from readers[0].poll(BATCH, POLL_S)
        elif all(reader.at_end() for reader in readers):
            return


def line_of(record: Record, *, whole: bool = False) -> bytes:
    """Return a record as one line of JSON: its value, or with `whole` its place and key as well.

    Snapshots are shown by their size; of keys that were deleted, `null`.
    """
    value: Any = None
    if record.value is not None:
        value = msgspec.Raw(record.value)
        if record.topic == MODELS and b"/chunk/" in (record.key or b""):
            value = {"bytes": len(record.value)}
        else:
            try:
                msgspec.json.decode(record.value)
            except (ValueError, RecursionError):  # bad input, as it came
                value = record.value.decode(errors="replace")
    if not whole:
        return _flat(msgspec.json.encode(value))
    key = None if record.key is None else record.key.decode(errors="replace")
    place = {"partition": record.partition, "offset": record.offset, "key": key, "value": value}
    return _flat(msgspec.json.encode(place))


def _flat(line: bytes) -> bytes:
    """JSON may hold line breaks between its parts, and only there."""
    return line.replace(b"\r", b" ").replace(b"\n", b" ")
