"""Snapshots of the brain in the compacted topic `models`.

A snapshot is chunks (key `slot/2/chunk/0`) and then a manifest (key `slot/2`) that says how many
there are, their checksum and the position in `rewards` that was learned up to; all in one
transaction. A damaged one is passed over for the one before it.
"""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import NewerVersion
from bandit.learn import saved_brain
from streams.learner import slots
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streams.log.log import Log, Record, Writer

VERSION = 1
"""The version of the manifests that this code writes, and the newest that it reads."""

BATCH = 4
"""Records at a time: a chunk is nearly 1 MB."""

CHUNK_BYTES = 900_000
"""A Kafka record is at most 1 MB unless the broker is told otherwise."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a slot holds; snapshot number `id` is in slot `id % 4`, and perhaps in one by the clock.

    `at` is when it was last known to be the newest, UTC; `control` the offset of the last control
    that was acted on, and `skipped` the ranges of positions in `rewards` that this brain did not
    learn, because it was rolled back behind them. `brain` is the version of the brain's bytes.
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
    brain: int = 1


NOTHING = Manifest(id=-1, sha256="", count=0, learned=0, position=0)
"""What is said of a brain that has learned nothing."""


class _Head(msgspec.Struct, frozen=True):
    """What a manifest of any version says."""

    id: int
    v: int = 1
    control: int = -1


class Snapshot(NamedTuple):
    """A brain as bytes, what is said of it, and where it stands."""

    manifest: Manifest
    data: bytes
    slot: bytes

    @property
    def position(self) -> int:
        """Position in `rewards` to read on from."""
        return self.manifest.position

    def brain(self) -> bytes:
        """Return the brain's bytes, if their version is one that is read.

        Raises
        ------
        NewerVersion
            If a newer poolwise saved them.
        """
        what = f"snapshot {self.manifest.id} of the learning"
        if self.manifest.v > VERSION:
            raise NewerVersion(what, self.manifest.v, VERSION)
        if self.manifest.brain > saved_brain.VERSION:
            raise NewerVersion(what, self.manifest.brain, f"at most {saved_brain.VERSION}")
        return self.data


class Snapshots:
    """The snapshots of a log, as far as they were read.

    Those in turn are held in memory; of those by the clock, which are seldom wanted, the manifests.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._reader = log.follow(MODELS)
        self._values: dict[bytes, bytes] = {}

    def catch_up(self, keep_alive: Callable[[], None] = lambda: None) -> None:
        """Read all there are; `keep_alive` is called between."""
        for records in read_to_end(self._reader, BATCH, keep_alive):
            self._take_in(records)

    def read(self, timeout_s: float = 0.0) -> bool:
        """Read what has come since; whether there was something."""
        records = self._reader.poll(BATCH, timeout_s)
        found = bool(records)
        while records:
            self._take_in(records)
            records = self._reader.poll(BATCH, 0.0)
        return found

    def newest_first(self) -> Iterator[Snapshot]:
        """Every snapshot that is whole, the newest first; of a newer version, whole or not."""
        passed: set[int] = set()
        for slot, manifest in self.manifests():
            snapshot = None if manifest.id in passed else self._whole(slot, manifest)
            if snapshot is not None:
                passed.add(manifest.id)
                yield snapshot

    def find(self, number: int) -> Snapshot | None:
        """Return the snapshot of that number, if it is kept and whole."""
        found = (self._whole(*one) for one in self.manifests() if one[1].id == number)
        return next((snapshot for snapshot in found if snapshot is not None), None)

    def newest(self) -> Manifest:
        """What is said of the newest, whole or not."""
        return next((manifest for _, manifest in self.manifests()), NOTHING)

    def next_id(self) -> int:
        """Number of the snapshot to be written next."""
        return self.newest().id + 1

    def manifests(self) -> list[tuple[bytes, Manifest]]:
        """Slots with readable manifests, the newest first; of equal ones, that in turn."""
        found = []
        for slot in slots.SLOTS & self._values.keys():
            try:
                found.append((slot, _manifest(self._values[slot])))
            except (ValueError, RecursionError):
                continue  # damaged
        return sorted(found, key=lambda one: (one[1].id, one[0]), reverse=True)

    def saved_at(self) -> dict[bytes, float]:
        """When what stands in each slot was saved, where that is known."""
        return {slot: manifest.at for slot, manifest in self.manifests() if manifest.at is not None}

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def _take_in(self, records: Iterable[Record]) -> None:
        for record in records:
            key, value = record.key, record.value
            if key is not None and value is not None and (key in slots.SLOTS or _held(key)):
                self._values[key] = value

    def _whole(self, slot: bytes, manifest: Manifest) -> Snapshot | None:
        data = b"".join(self._chunks(slot, manifest.count))
        whole = manifest.v > VERSION or sha256(data).hexdigest() == manifest.sha256
        return Snapshot(manifest, data, slot) if whole else None

    def _chunks(self, slot: bytes, count: int) -> list[bytes]:
        keys = [slots.chunk(slot, i) for i in range(count)]
        values = self._values if slots.is_in_turn(slot) else self._read_again(keys)
        return [values[key] for key in keys if key in values]

    def _read_again(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        wanted, found = frozenset(keys), {}
        with closing(self._log.follow(MODELS)) as reader:
            for records in read_to_end(reader, BATCH):
                for record in records:
                    if record.key in wanted and record.value is not None:
                        found[record.key] = record.value
        return found


def manifest_of(data: bytes, number: int, learned: int, position: int) -> Manifest:
    """Return what is to be said of a brain that has learned `learned` rewards, up to `position`."""
    return Manifest(
        id=number,
        sha256=sha256(data).hexdigest(),
        count=-(-len(data) // CHUNK_BYTES),
        learned=learned,
        position=position,
        brain=saved_brain.VERSION,
    )


def write(
    writer: Writer, manifest: Manifest, data: bytes | None = None, slot: bytes | None = None
) -> None:
    """Write a snapshot into `slot`, or into the one whose turn it is.

    Without `data`, only what is said of one that is there, anew.
    """
    slot = slot or slots.in_turn(manifest.id)
    data = data or b""
    records = [
        NewRecord(MODELS, slots.chunk(slot, i), data[start : start + CHUNK_BYTES])
        for i, start in enumerate(range(0, len(data), CHUNK_BYTES))
    ]
    writer.write([*records, NewRecord(MODELS, slot, msgspec.json.encode(manifest))])


def _manifest(value: bytes) -> Manifest:
    """Return a manifest; of one of a newer version, what any version says."""
    head = msgspec.json.decode(value, type=_Head)
    if head.v > VERSION:
        return msgspec.structs.replace(NOTHING, v=head.v, id=head.id, control=head.control)
    return msgspec.json.decode(value, type=Manifest)


def _held(key: bytes) -> bool:
    """Whether a chunk is held in memory."""
    return slots.is_in_turn(key) and slots.CHUNK in key
