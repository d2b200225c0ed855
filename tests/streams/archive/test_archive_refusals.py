"""What the archive refuses: folders that miss something, hold it twice, or are another log's."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import LogBusy, StateError
from bandit.events import Decision
from streams.archive.archive import Archive
from streams.archive.names import header_of
from streams.embedded.log import EmbeddedLog
from streams.log.log import LostRecords, Place
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import archive_all, audit, files, records, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.readers import EmbeddedFollower

EVENTS = simulate(World(audit=0.3), 120, seed=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    opened = EmbeddedLog(tmp_path / "log.db", partitions=2, create=True, synchronous="NORMAL")
    with closing(opened):
        write(opened, EVENTS)
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def test_only_one_process_archives_into_a_folder(log: EmbeddedLog, folder: Path) -> None:
    with (
        closing(Archive(log, folder)),
        pytest.raises(LogBusy, match="another poolwise archive writes to this folder"),
    ):
        Archive(log, folder)
    archive_all(log, folder)


@pytest.mark.parametrize("which", [0, 1])
def test_a_range_that_was_lost_is_named(log: EmbeddedLog, folder: Path, which: int) -> None:
    archive_all(log, folder, every=30)
    paths = files(folder)["rewards", 0]
    paths[which].unlink()
    with pytest.raises(StateError, match=f"{paths[which + 1].name}: the file before it"):
        archive_all(log, folder)


def test_a_part_that_was_lost_is_named(log: EmbeddedLog, folder: Path) -> None:
    later = [msgspec.structs.replace(e, at=e.at + 86_400.0) for e in EVENTS if e.task == "t3"]
    write(log, [event for event in later if isinstance(event, Decision)])
    archive_all(log, folder, every=10_000)
    lost, kept = sorted(folder.glob("decisions/*/*of2.parquet"))
    lost.unlink()
    with pytest.raises(StateError, match=f"{kept.name}: part 1 of 2 is missing"):
        archive_all(log, folder)


def test_positions_that_are_there_twice_are_named(log: EmbeddedLog, folder: Path) -> None:
    archive_all(log, folder, every=30)
    first, second, *_ = files(folder)["rewards", 0]
    copy = second.with_name(second.name.replace("000000000030", "000000000029"))
    copy.write_bytes(second.read_bytes())
    with pytest.raises(StateError, match=f"{first.name} and .*{copy.name} hold the same offsets"):
        archive_all(log, folder)
    copy.unlink()
    other = folder / "rewards" / "day=2000-01-01"
    other.mkdir()
    (other / first.name).write_bytes(first.read_bytes())
    with pytest.raises(StateError, match="are the same part: remove one"):
        archive_all(log, folder)


def test_the_folder_of_another_log_is_refused(
    tmp_path: Path, folder: Path, log: EmbeddedLog
) -> None:
    archive_all(log, folder)
    for seed, tasks in ((9, 300), (9, 3)):
        with closing(EmbeddedLog(tmp_path / f"{tasks}.db", partitions=2, create=True)) as other:
            write(other, simulate(World(), tasks, seed))
            with pytest.raises(StateError, match=r"archive of another log .*restored"):
                archive_all(other, folder)
    archive_all(log, folder)
    audit(log, folder)


def test_a_newer_version_of_the_columns_is_refused(
    log: EmbeddedLog, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("streams.archive.partition_writer.SCHEMA_VERSION", 2)
        archive_all(log, folder)
    with pytest.raises(StateError, match="version 2 of the columns"):
        archive_all(log, folder)


def test_a_damaged_file_is_named(log: EmbeddedLog, folder: Path) -> None:
    archive_all(log, folder)
    last = files(folder)["rewards", 0][-1]
    last.write_bytes(last.read_bytes()[:100])
    with pytest.raises(
        StateError, match=f"{last.name}: not a file of an archive, or damaged; put a copy"
    ):
        archive_all(log, folder)


class Forgetful(EmbeddedLog):
    """A log with a retention: it deleted what it had before position 20 of its rewards."""

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> EmbeddedFollower:
        reader = super().follow(topic, partition, position)
        if topic == "rewards" and 0 < position < 20:
            lost = [LostRecords(Place(topic, partition), position, 20)]
            reader._position = 20
            reader.lost = lambda: [lost.pop()] if lost else []  # type: ignore[method-assign]
        return reader


def test_what_the_log_deleted_before_it_was_archived_is_said_and_written_down(
    tmp_path: Path, folder: Path
) -> None:
    with closing(EmbeddedLog(tmp_path / "short.db", create=True)) as log:
        write(log, EVENTS[:12])
        archive_all(log, folder)
        last = len(records(log, "rewards", 0))
        assert 0 < last < 20
        write(log, EVENTS[12:])
    warnings: list[str] = []
    with closing(Forgetful(tmp_path / "short.db")) as log:
        archive = Archive(log, folder, warn=warnings.append)
        with closing(archive):
            archive.run(until_idle=True)
    assert warnings == [
        f"rewards/0: offsets {last} to 19 were deleted from the log before they were archived"
    ]
    header = header_of(files(folder)["rewards", 0][-1])
    assert header.lost == ((last, 19),)
    assert header.previous == last - 1
