"""Snapshots of the brain in the compacted topic `models`: four slots, used in turn.

A snapshot is chunks (key `slot/2/chunk/0`) and then a manifest (key `slot/2`) that says how many
there are, their checksum and the position in `rewards` that was learned up to; all in one
transaction. A damaged one is passed over for the one before it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from streams.log import NewRecord
from streams.topics import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log import Log

SLOTS = 4
CHUNK_BYTES = 900_000
"""A Kafka record is at most 1 MB unless the broker is told otherwise."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a slot holds; snapshot number `id` is in slot `id % 4`."""

    v: int = 1
    id: int
    sha256: str
    count: int
    learned: int
    position: int


class Snapshot(NamedTuple):
    """A brain as bytes, and the position in `rewards` to read on from."""

    position: int
    data: bytes


class Snapshots:
    """The snapshots of a log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._next_id = 0

    def newest_first(self) -> Iterator[Snapshot]:
        """Every snapshot that is whole, the newest first."""
        values = self._read()
        for manifest in self._manifests(values):
            slot = _slot(manifest.id)
            chunks = [values.get(_chunk(slot, i)) for i in range(manifest.count)]
            data = b"".join(chunk for chunk in chunks if chunk is not None)
            if sha256(data).hexdigest() == manifest.sha256:
                yield Snapshot(manifest.position, data)

    def write(self, data: bytes, learned: int, position: int) -> None:
        """Write a snapshot of a brain that has learned `learned` rewards, up to `position`."""
        slot = _slot(self._next_id)
        chunks = [data[i : i + CHUNK_BYTES] for i in range(0, len(data), CHUNK_BYTES)]
        manifest = Manifest(
            id=self._next_id,
            sha256=sha256(data).hexdigest(),
            count=len(chunks),
            learned=learned,
            position=position,
        )
        records = [NewRecord(MODELS, _chunk(slot, i), part) for i, part in enumerate(chunks)]
        records.append(NewRecord(MODELS, slot, msgspec.json.encode(manifest)))
        self._log.write(records)
        self._next_id += 1

    def _read(self) -> dict[bytes, bytes]:
        reader = self._log.follow(MODELS)
        values: dict[bytes, bytes] = {}
        while not reader.at_end():
            for record in reader.poll(SLOTS, 1.0):
                if record.key is not None and record.value is not None:
                    values[record.key] = record.value
        reader.close()
        return values

    def _manifests(self, values: dict[bytes, bytes]) -> list[Manifest]:
        """Readable manifests, the newest first; the next id follows the largest."""
        found = []
        for number in range(SLOTS):
            value = values.get(_slot(number), b"")
            try:
                found.append(msgspec.json.decode(value, type=Manifest))
            except (ValueError, RecursionError):
                continue  # an empty slot, or a damaged one
        self._next_id = max((manifest.id for manifest in found), default=-1) + 1
        return sorted(found, key=lambda manifest: (manifest.position, manifest.id), reverse=True)


def _slot(number: int) -> bytes:
    return b"slot/%d" % (number % SLOTS)


def _chunk(slot: bytes, i: int) -> bytes:
    return b"%s/chunk/%d" % (slot, i)
