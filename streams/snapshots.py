"""Snapshots of the brain in the compacted topic `models`: four slots, used in turn.

A snapshot is chunks (key `slot/2/chunk/0`) and then a manifest (key `slot/2`) that says how many
there are, their checksum and the position in `rewards` that was learned up to; all in one
transaction. A damaged one is passed over for the one before it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from streams.log import NewRecord, read_to_end
from streams.topics import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streams.log import Log, Record, Writer

SLOTS = 4
CHUNK_BYTES = 900_000
"""A Kafka record is at most 1 MB unless the broker is told otherwise."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a slot holds; snapshot number `id` is in slot `id % 4`.

    `at` is when it was last known to be the newest, UTC; `control` the offset of the last control
    that was acted on, and `skipped` the ranges of positions in `rewards` that this brain did not
    learn, because it was rolled back behind them.
    """

    v: int = 1
    id: int
    sha256: str
    count: int
    learned: int
    position: int
    at: float | None = None
    control: int = -1
    skipped: tuple[tuple[int, int], ...] = ()


class Snapshot(NamedTuple):
    """A brain as bytes, and what is said of it."""

    manifest: Manifest
    data: bytes

    @property
    def position(self) -> int:
        """Position in `rewards` to read on from."""
        return self.manifest.position


class Snapshots:
    """The snapshots of a log, as far as they were read."""

    def __init__(self, log: Log) -> None:
        self._reader = log.follow(MODELS)
        self._values: dict[bytes, bytes] = {}

    def catch_up(self, keep_alive: Callable[[], None] = lambda: None) -> None:
        """Read all there are; `keep_alive` is called between."""
        for records in read_to_end(self._reader, SLOTS, keep_alive):
            self._take_in(records)

    def read(self, timeout_s: float = 0.0) -> bool:
        """Read what has come since; whether there was something."""
        records = self._reader.poll(SLOTS, timeout_s)
        found = bool(records)
        while records:
            self._take_in(records)
            records = self._reader.poll(SLOTS, 0.0)
        return found

    def newest_first(self) -> Iterator[Snapshot]:
        """Every snapshot that is whole, the newest first."""
        for manifest in self._manifests():
            slot = _slot(manifest.id)
            chunks = [self._values.get(_chunk(slot, i)) for i in range(manifest.count)]
            data = b"".join(chunk for chunk in chunks if chunk is not None)
            if sha256(data).hexdigest() == manifest.sha256:
                yield Snapshot(manifest, data)

    def next_id(self) -> int:
        """Number of the snapshot to be written next."""
        return max((manifest.id for manifest in self._manifests()), default=-1) + 1

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def _take_in(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.key is not None and record.value is not None:
                self._values[record.key] = record.value

    def _manifests(self) -> list[Manifest]:
        """Readable manifests, the newest first."""
        found = []
        for number in range(SLOTS):
            value = self._values.get(_slot(number), b"")
            try:
                found.append(msgspec.json.decode(value, type=Manifest))
            except (ValueError, RecursionError):
                continue  # an empty slot, or a damaged one
        return sorted(found, key=lambda manifest: manifest.id, reverse=True)


def manifest_of(data: bytes, number: int, learned: int, position: int) -> Manifest:
    """Return what is to be said of a brain that has learned `learned` rewards, up to `position`."""
    return Manifest(
        id=number,
        sha256=sha256(data).hexdigest(),
        count=-(-len(data) // CHUNK_BYTES),
        learned=learned,
        position=position,
    )


def write(writer: Writer, manifest: Manifest, data: bytes | None = None) -> None:
    """Write a snapshot; without `data`, only what is said of one that is there, anew."""
    slot = _slot(manifest.id)
    records = [
        NewRecord(MODELS, _chunk(slot, i), data[start : start + CHUNK_BYTES])
        for i, start in enumerate(range(0, len(data or b""), CHUNK_BYTES))
        if data is not None
    ]
    writer.write([*records, NewRecord(MODELS, slot, msgspec.json.encode(manifest))])


def _slot(number: int) -> bytes:
    return b"slot/%d" % (number % SLOTS)


def _chunk(slot: bytes, i: int) -> bytes:
    return b"%s/chunk/%d" % (slot, i)
