"""The records of a topic as JSON lines."""

from __future__ import annotations

from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec

from bandit.errors import PastEnd
from streams.log.deadletters import letter_in
from streams.log.topics import DEADLETTERS, MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import DeadLetter
    from streams.log.log import Follower, Log, Record

BATCH = 1000
POLL_S = 0.2


def tail(log: Log, topic: str, position: int = 0, *, follow: bool = False) -> Iterator[Record]:
    """Yield the records of every partition of `topic` from `position` on.

    With `follow`, continue with new records; otherwise stop at the end.

    Raises
    ------
    PastEnd
        If every partition ends before `position`; one that does is read from its end.
    """
    readers = _readers(log, topic, position)
    while True:
        any_read = False
        for reader in readers:
            records = reader.poll(BATCH, 0.0)
            any_read = any_read or bool(records)
            yield from records
        if any_read:
            continue
        if follow:
            yield from readers[0].poll(BATCH, POLL_S)
        elif all(reader.at_end() for reader in readers):
            return


def _readers(log: Log, topic: str, position: int) -> list[Follower]:
    readers, past = [], []
    for partition in range(log.partitions(topic)):
        try:
            readers.append(log.follow(topic, partition, position))
        except PastEnd as error:
            past.append(error)
            with closing(log.follow(topic, partition)) as reader:
                end = reader.end()
            readers.append(log.follow(topic, partition, end))
    if len(past) == len(readers):
        for reader in readers:
            reader.close()
        raise past[0]
    return readers


def line_of(record: Record, *, whole: bool = False) -> bytes:
    """Return a record as a line of JSON: its value, or with `whole` its place and key as well.

    Snapshots are shown by their size, originals in dead letters as text, deleted keys as `null`.
    """
    value = _value(record)
    if not whole:
        return _flat(msgspec.json.encode(value))
    key = None if record.key is None else record.key.decode(errors="replace")
    place = {"partition": record.partition, "offset": record.offset, "key": key, "value": value}
    return _flat(msgspec.json.encode(place))


def _value(record: Record) -> Any:
    if record.value is None:
        return None
    if record.topic == MODELS and b"/chunk/" in (record.key or b""):
        return {"bytes": len(record.value)}
    if record.topic == DEADLETTERS and (letter := letter_in(record)) is not None:
        return readable(letter)
    try:
        msgspec.json.decode(record.value)
    except (ValueError, RecursionError):  # bad input, as it came
        return record.value.decode(errors="replace")
    return msgspec.Raw(record.value)


def readable(letter: DeadLetter) -> dict[str, Any]:
    r"""Return a letter with key and original as text, or as marked base64 if they are not text.

    Examples
    --------
    >>> from bandit.events import DeadLetter
    >>> shown = readable(DeadLetter(rule="malformed", message="", key=b"t1", original=b"\xff"))
    >>> shown["key"], shown["original"]
    ('t1', {'base64': '/w=='})
    """
    fields = ("rule", "message", "at", "topic", "partition", "offset")
    shown = {name: getattr(letter, name) for name in fields}
    return shown | {"key": _text(letter.key), "original": _text(letter.original)}


def _text(data: bytes | None) -> str | dict[str, str] | None:
    if data is None:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}


def _flat(line: bytes) -> bytes:
    """Replace line breaks, which JSON may contain only between its parts."""
    return line.replace(b"\r", b" ").replace(b"\n", b" ")
