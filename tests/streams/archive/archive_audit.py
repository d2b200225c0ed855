"""An archive held against its log, row for row, and disks that fail on cue."""

from __future__ import annotations

import errno
from collections import defaultdict
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import msgspec
import pyarrow.parquet as papq

from bandit.events import Decision, Event, Reward, Verdict
from streams.archive.archive import Archive
from streams.archive.columns import EVENTS, day_of
from streams.archive.disk import Disk
from streams.archive.names import part_of
from streams.log.log import NewRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import Log

TOPICS = {Decision: "decisions", Reward: "rewards", Verdict: "verdicts"}
EACH_WRITE = 50
"""Arrow writes a file in some 130 pieces: this many count as one call."""

JSON_COLUMNS = ("features", "target", "answers")


def write(log: Log, events: Iterable[Decision | Reward | Verdict]) -> None:
    """Write events as a worker does: what belongs to one task at once."""
    log.write(
        [
            NewRecord(TOPICS[type(event)], event.task.encode(), msgspec.json.encode(event))
            for event in events
        ]
    )


def archive_all(
    log: EmbeddedLog, folder: Path, every: int = 50, disk: Disk | None = None
) -> Archive:
    """Archive to the log's end; the answer is closed."""
    archive = Archive(log, folder, every=every, disk=disk)
    with closing(archive):
        archive.run(until_idle=True)
    return archive


def records(log: Log, topic: str, partition: int) -> list[tuple[int, bytes | None]]:
    """Return offsets and values of a partition."""
    reader = log.follow(topic, partition)
    contents: list[tuple[int, bytes | None]] = []
    while batch := reader.poll(1000, 0.0):
        contents += [(record.offset, record.value) for record in batch]
    return contents


def files(folder: Path) -> dict[tuple[str, int], list[Path]]:
    """List the files of whole ranges by partition, in the order of their positions."""
    ranges: dict[tuple[str, int, int, int, int], list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*/day=*/*.parquet")):
        read = part_of(path.name)
        assert read is not None, path
        part, _ = read
        ranges[part.topic, part.partition, part.first, part.last, part.of].append(path)
    by_place: dict[tuple[str, int], list[Path]] = defaultdict(list)
    for (topic, partition, _, _, of), paths in sorted(ranges.items()):
        if len(paths) == of:
            by_place[topic, partition] += paths
    return by_place


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a file as anybody would."""
    table = papq.ParquetFile(path).read(use_threads=False)  # of a few rows: threads cost more
    rows: list[dict[str, Any]] = table.to_pylist(maps_as_pydicts="strict")
    return rows


def event_of(topic: str, row: dict[str, Any]) -> Event:
    """Make the event from a row, by a way of its own."""
    fields = {name: value for name, value in row.items() if name not in {"offset", "original"}}
    for name in JSON_COLUMNS:
        if fields.get(name) is not None:
            fields[name] = msgspec.json.decode(fields[name])
    kind = EVENTS[topic]
    return msgspec.convert({"type": kind.__struct_config__.tag, **fields}, kind)


def audit(log: Log, folder: Path) -> None:
    """Check that the archive holds every record of the log once, as it was, in its day's folder."""
    by_place = files(folder)
    for topic, kind in EVENTS.items():
        for partition in range(log.partitions(topic)):
            archived = []
            for path in by_place.pop((topic, partition), []):
                for row in rows(path):
                    event = event_of(topic, row)
                    archived.append((row["offset"], event))
                    value = msgspec.json.encode(event)
                    assert path.parent.name == f"day={day_of(topic, value)}"
            wanted = [
                (offset, msgspec.json.decode(value or b"", type=kind))
                for offset, value in records(log, topic, partition)
            ]
            assert sorted(archived, key=lambda pair: pair[0]) == wanted
    assert not by_place
    assert not list(folder.glob("*/day=*/.*"))


def check_decisions_come_first(folder: Path) -> int:
    """Check that of every task with its verdict all decisions are there; how many verdicts."""
    stopped, answered = set(), set()
    for (topic, _), paths in files(folder).items():
        for path in paths:
            for row in rows(path):
                if topic == "decisions" and row["choice"] == "stop":
                    stopped.add(row["task"])
                if topic == "verdicts":
                    answered.add(row["task"])
    assert answered <= stopped
    return len(answered)


class Killed(BaseException):
    """The process has died here."""


class FailingDisk(Disk):
    """A disk whose calls are counted: the `fails_at`th is the first that fails.

    `kills`: it and all calls after it do nothing, as of a process that is killed; half of what is
    written is there. Otherwise `times` calls find no space, and the disk works again.
    """

    def __init__(self, fails_at: int, *, kills: bool, times: int = 1) -> None:
        self.calls = 0
        self.failed = 0
        self._fails_at = fails_at
        self._kills = kills
        self._times = times

    def make_folder(self, path: Path) -> None:
        if not path.exists():
            self._count(path)
        super().make_folder(path)

    @contextmanager
    def new_file(self, path: Path) -> Iterator[BinaryIO]:
        self._count(path)
        with path.open("wb") as file:
            yield cast("BinaryIO", _Counted(file, self, path))
            self._count(path)  # the sync, which a process that is killed doesn't need

    def rename(self, old: Path, new: Path) -> None:
        self._count(new)
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._count(path)
        super().remove(path)

    def sync_folder(self, path: Path) -> None:
        self._count(path)

    def fails_now(self) -> bool:
        self.calls += 1
        over = self.calls - self._fails_at
        if over < 0 or (not self._kills and over >= self._times):
            return False
        self.failed += 1
        return True

    def fail(self, path: Path) -> None:
        if self._kills:
            raise Killed
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    def _count(self, path: Path) -> None:
        if self.fails_now():
            self.fail(path)


class _Counted:
    """A file that writes half of what no longer fits."""

    closed = False
    writes = 0

    def __init__(self, file: BinaryIO, disk: FailingDisk, path: Path) -> None:
        self._file = file
        self._disk = disk
        self._path = path

    def write(self, data: bytes) -> int:
        self.writes += 1
        counts = self.writes % EACH_WRITE == 1
        if counts and self._disk.fails_now():
            self._file.write(bytes(data)[: len(data) // 2])
            self._disk.fail(self._path)
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
