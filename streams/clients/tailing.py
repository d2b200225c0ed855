"""What stands in a topic, as JSON lines to read or to pipe on."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec

from streams.log.deadletters import letter_in
from streams.log.topics import DEADLETTERS, MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import DeadLetter
    from streams.log.log import Log, Record

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

    Snapshots are shown by their size, dead letters with what they quote as text; of keys that were
    deleted, `null`.
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
    r"""Return a letter with key and original as texts; where they are none, as marked base64.

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
    """JSON may hold line breaks between its parts, and only there."""
    return line.replace(b"\r", b" ").replace(b"\n", b" ")
