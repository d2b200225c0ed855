"""Snapshots of the brain in the compacted topic `models`.

A snapshot is chunks (key `slot/2/chunk/0`) and then a manifest (key `slot/2`) with the number of
chunks, their checksum and the position in `rewards` up to which the brain has learned; all in one
transaction. So are the brains of a live test's arms that learn for themselves, whose chunks are
beside it (key `slot/2/arm/0/chunk/0`). A damaged snapshot is skipped in favour of the one before.
"""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import NewerVersion
from bandit.learn import saved_brain
from streams.learner import slots
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from streams.log.log import Log, Record, Writer

VERSION = 1
"""The version of the manifests that this code writes, and the newest that it reads."""

BATCH = 4
"""Records at a time: a chunk is nearly 1 MB."""

CHUNK_BYTES = 900_000
"""A broker's default limit of a record is 1 MB (message.max.bytes)."""


class OwnBrain(msgspec.Struct, frozen=True):
    """The brain of an arm that learns for itself: its number of chunks, and their checksum."""

    count: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Description of a snapshot; number `id` is in slot `id % 4`, and perhaps in a periodic one.

    `at` is the time at which it was last known to be the newest, in UTC seconds; `control` the
    offset of the last control that was applied, and `skipped` the ranges of offsets in `rewards`
    that this brain did not learn because of a rollback. `brain` is the version of its bytes. `own`
    are the brains of arms, by test and arm, in the order of their slots.
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
    own: dict[str, OwnBrain] = {}


NOTHING = Manifest(id=-1, sha256="", count=0, learned=0, position=0)
"""The manifest of an untrained brain."""


class _Head(msgspec.Struct, frozen=True):
    """The fields of a manifest of any version."""

    id: int
    v: int = 1
    control: int = -1


class Snapshot(NamedTuple):
    """A brain as bytes, its manifest and its slot, and the arms' `own` brains, by test and arm."""

    manifest: Manifest
    data: bytes
    slot: bytes
    own: dict[str, bytes]

    @property
    def position(self) -> int:
        """Position in `rewards` to read on from."""
        return self.manifest.position

    def brain(self) -> bytes:
        """Return the brain's bytes, if this code reads their version.

        Raises
        ------
        NewerVersion
            If a newer version of poolwise saved them.
        """
        what = f"topic models: snapshot {self.manifest.id}"
        if self.manifest.v > VERSION:
            raise NewerVersion(what, self.manifest.v, VERSION)
        if self.manifest.brain > saved_brain.VERSION:
            raise NewerVersion(what, self.manifest.brain, f"at most {saved_brain.VERSION}")
        return self.data


class Snapshots:
    """The snapshots of a log, as of the last read.

    Those used in turn are held in memory; of periodic ones, which are rarely read, only the
    manifests.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._reader = log.follow(MODELS)
        self._values: dict[bytes, bytes] = {}

    def catch_up(self, keep_alive: Callable[[], None] = lambda: None) -> None:
        """Read all of them; `keep_alive` is called in between."""
        for records in read_to_end(self._reader, BATCH, keep_alive):
            self._take_in(records)

    def read(self, timeout_s: float = 0.0) -> bool:
        """Read the records written since; return whether there were any."""
        records = self._reader.poll(BATCH, timeout_s)
        new = bool(records)
        while records:
            self._take_in(records)
            records = self._reader.poll(BATCH, 0.0)
        return new

    def newest_first(self) -> Iterator[Snapshot]:
        """Every undamaged snapshot, the newest first; those of a newer version can't be checked."""
        yielded: set[int] = set()
        for slot, manifest in self.manifests():
            snapshot = None if manifest.id in yielded else self._whole(slot, manifest)
            if snapshot is not None:
                yielded.add(manifest.id)
                yield snapshot

    def find(self, number: int) -> Snapshot | None:
        """Return the snapshot with that id, if it is kept and undamaged."""
        copies = (self._whole(slot, held) for slot, held in self.manifests() if held.id == number)
        return next((snapshot for snapshot in copies if snapshot is not None), None)

    def newest(self) -> Manifest:
        """The manifest of the newest snapshot, damaged or not."""
        return next((manifest for _, manifest in self.manifests()), NOTHING)

    def next_id(self) -> int:
        """Id of the snapshot to be written next."""
        return self.newest().id + 1

    def manifests(self) -> list[tuple[bytes, Manifest]]:
        """Slots with readable manifests, the newest first; of equal ids, the slot used in turn."""
        readable = []
        for slot in slots.SLOTS & self._values.keys():
            try:
                readable.append((slot, _manifest(self._values[slot])))
            except (ValueError, RecursionError):
                continue  # damaged
        return sorted(readable, key=lambda item: (item[1].id, item[0]), reverse=True)

    def saved_at(self) -> dict[bytes, float]:
        """Time at which the snapshot in each slot was saved, where that is known."""
        return {slot: manifest.at for slot, manifest in self.manifests() if manifest.at is not None}

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()

    def _take_in(self, records: Iterable[Record]) -> None:
        for record in records:
            key, value = record.key, record.value
            if key is not None and value is not None and (key in slots.SLOTS or _in_memory(key)):
                self._values[key] = value

    def _whole(self, slot: bytes, manifest: Manifest) -> Snapshot | None:
        parts = [(slot, manifest.count, manifest.sha256)]
        for i, own in enumerate(manifest.own.values()):
            parts.append((slots.of_arm(slot, i), own.count, own.sha256))
        keys = [[slots.chunk(part, i) for i in range(count)] for part, count, _ in parts]
        is_held = slots.is_in_turn(slot)
        values = self._values if is_held else self._read_again(chain.from_iterable(keys))
        data, *own_data = (
            b"".join(values[key] for key in of_part if key in values) for of_part in keys
        )
        if manifest.v <= VERSION:
            sums = [sha256(brain).hexdigest() for brain in (data, *own_data)]
            if sums != [part[2] for part in parts]:
                return None
        return Snapshot(manifest, data, slot, dict(zip(manifest.own, own_data, strict=True)))

    def _read_again(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        wanted, values = frozenset(keys), {}
        with closing(self._log.follow(MODELS)) as reader:
            for records in read_to_end(reader, BATCH):
                for record in records:
                    if record.key in wanted and record.value is not None:
                        values[record.key] = record.value
        return values


def manifest_of(
    data: bytes, number: int, learned: int, position: int, own: Mapping[str, bytes] = {}
) -> Manifest:
    """Return the manifest of a brain that has learned `learned` rewards, up to `position`.

    `own` are the brains of arms, by test and arm.
    """
    return Manifest(
        id=number,
        sha256=sha256(data).hexdigest(),
        count=_chunks_of(data),
        learned=learned,
        position=position,
        brain=saved_brain.VERSION,
        own={
            name: OwnBrain(_chunks_of(brain), sha256(brain).hexdigest())
            for name, brain in own.items()
        },
    )


def _chunks_of(data: bytes) -> int:
    return -(-len(data) // CHUNK_BYTES)


def write(
    writer: Writer,
    manifest: Manifest,
    data: bytes | None = None,
    slot: bytes | None = None,
    own: Mapping[str, bytes] = {},
) -> None:
    """Write a snapshot into `slot`; by default, into the slot of its id.

    Without `data`, only the manifest of a snapshot that is there is written again. `own` are the
    brains of arms, in the order of the manifest.
    """
    slot = slot or slots.in_turn(manifest.id)
    parts = [(slot, data or b"")]
    parts += [(slots.of_arm(slot, i), brain) for i, brain in enumerate(own.values())]
    records = [
        NewRecord(MODELS, slots.chunk(part, i), brain[start : start + CHUNK_BYTES])
        for part, brain in parts
        for i, start in enumerate(range(0, len(brain), CHUNK_BYTES))
    ]
    writer.write([*records, NewRecord(MODELS, slot, msgspec.json.encode(manifest))])


def _manifest(value: bytes) -> Manifest:
    """Return a manifest; of a newer version, only the fields of any version."""
    head = msgspec.json.decode(value, type=_Head)
    if head.v > VERSION:
        return msgspec.structs.replace(NOTHING, v=head.v, id=head.id, control=head.control)
    return msgspec.json.decode(value, type=Manifest)


def _in_memory(key: bytes) -> bool:
    """Whether a chunk is held in memory."""
    return slots.is_in_turn(key) and slots.CHUNK in key
