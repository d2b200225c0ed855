"""`poolwise prune` on an archive: old days go, and the folder stays one that everybody can read."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as papq
import pytest

from bandit.errors import LogBusy, MissingInput
from replay import evaluate
from streams.archive.dropped import divided
from streams.archive.names import header_of, ranges_of
from streams.cli.prune import prune
from streams.embedded.lock import hold
from streams.embedded.log import EmbeddedLog
from streams.log.log import Place
from streams.prune.folder import prune_folder
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import FailingDisk, Killed, archive_all, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bandit.events import Decision, Reward, Verdict

DAY_S = 86_400.0


def on_day(day: int, tasks: int = 60) -> list[Decision | Reward | Verdict]:
    """Return what came of some tasks of one day."""
    moved = []
    for event in simulate(World(), tasks, seed=day):
        at = day * DAY_S + event.at % DAY_S / 2.0
        more: dict[str, Any] = {"decided_at": at} if hasattr(event, "decided_at") else {}
        moved.append(msgspec.structs.replace(event, task=f"{day}-{event.task}", at=at, **more))
    return moved


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    with closing(EmbeddedLog(tmp_path / "log.db", partitions=2, create=True)) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path, log: EmbeddedLog) -> Path:
    """Return the archive of days 10 to 13, each in ranges of its own."""
    made = tmp_path / "archive"
    for day in range(10, 14):
        write(log, on_day(day))
        archive_all(log, made, every=40)
    return made


def rows(folder: Path) -> dict[str, list[int]]:
    """Return the offsets that are archived, by place and in order."""
    offsets_of: dict[str, list[int]] = {}
    for path in sorted(folder.glob("*/day=*/*.parquet")):
        header = header_of(path)
        offsets = papq.read_table(path, columns=["offset"]).column("offset").to_pylist()
        offsets_of.setdefault(f"{header.topic}/{header.partition}", []).extend(offsets)
    return {place: sorted(offsets) for place, offsets in offsets_of.items()}


def test_old_days_go_and_the_rest_is_read_as_before(log: EmbeddedLog, folder: Path) -> None:
    before = rows(folder)
    report = json.loads(run(prune, folder, "--before", "1970-01-13", "--json").output)
    after = rows(folder)
    for place, offsets in after.items():
        assert offsets == before[place][-len(offsets) :]
    gone = sum(map(len, before.values())) - sum(map(len, after.values()))
    assert gone == sum(report["dropped"].values()) > 0
    kept = {
        path.parent.name for path in folder.glob("verdicts/day=*/*.parquet") if header_of(path).rows
    }
    assert kept == {"day=1970-01-13", "day=1970-01-14"}
    assert evaluate(folder, target="greedy").counts["tasks"] == 120
    write(log, on_day(14))
    archive_all(log, folder)  # goes on, and finds nothing missing
    assert evaluate(folder, target="greedy").counts["tasks"] == 180


def test_what_stands_for_them_says_which_positions_are_lost(folder: Path) -> None:
    prune_folder(folder, 12 * DAY_S)
    first, second, *_ = ranges_of(folder, Place("verdicts", 0))
    header = header_of(first.done[1])
    assert header.rows == 0
    assert header.lost == ((0, first.last),)
    assert second.first == first.last + 1


def test_a_dry_run_says_the_same_and_drops_nothing(folder: Path) -> None:
    before = rows(folder)
    report = run(prune, folder, "--before", "1970-01-13", "--dry-run").output.splitlines()
    assert rows(folder) == before
    done = run(prune, folder, "--before", "1970-01-13").output.splitlines()
    assert [line.split() for line in report[1:-1]] == [line.split() for line in done[1:-1]]
    assert report[-1].replace("would be dropped", "dropped") == done[-1]
    assert done[-1].startswith(f"{folder}: ")


def test_a_second_time_nothing_is_left_to_drop(folder: Path) -> None:
    prune_folder(folder, 12 * DAY_S)
    before = sorted(folder.rglob("*.parquet"))
    assert sum(topic.files for topic in prune_folder(folder, 12 * DAY_S).dropped) == 0
    assert sorted(folder.rglob("*.parquet")) == before


def test_more_days_go_later_and_all_of_them_at_last(log: EmbeddedLog, folder: Path) -> None:
    for day in (11, 12, 13, 99):
        prune_folder(folder, day * DAY_S)
    assert sum(map(len, rows(folder).values())) == 0
    assert len(list(folder.rglob("*.parquet"))) == 5  # one for each partition
    write(log, on_day(15))
    archive_all(log, folder)
    assert evaluate(folder, target="greedy").counts["tasks"] == 60


def test_killed_at_any_call_the_folder_is_read_and_the_next_run_ends_it(
    log: EmbeddedLog, folder: Path
) -> None:
    kills = 0
    for call in range(1, 200):
        disk = FailingDisk(call, kills=True)
        with suppress(Killed):
            prune_folder(folder, 12 * DAY_S, disk=disk)
        assert evaluate(folder, target="greedy").counts["tasks"] >= 120
        if not disk.failed:
            break
        kills += 1
    assert kills > 5
    assert evaluate(folder, target="greedy").counts["tasks"] == 120
    archive_all(log, folder)
    assert not list(folder.rglob(".*.tmp"))


def test_an_archive_that_finds_what_a_killed_run_left_removes_it(
    log: EmbeddedLog, folder: Path
) -> None:
    disk = FailingDisk(12, kills=True)
    with suppress(Killed):
        prune_folder(folder, 12 * DAY_S, disk=disk)
    assert disk.failed
    archive_all(log, folder)
    places = [Place("rewards", 0)]
    places += [Place(topic, part) for topic in ("decisions", "verdicts") for part in (0, 1)]
    assert not any(divided(ranges_of(folder, place)).dropped for place in places)
    assert evaluate(folder, target="greedy").counts["tasks"] >= 120


def test_a_range_that_reaches_into_a_young_day_stays_whole(
    tmp_path: Path, log: EmbeddedLog
) -> None:
    folder = tmp_path / "wide"
    for day in (10, 11):
        write(log, on_day(day))
    archive_all(log, folder, every=10_000)
    assert sum(topic.files for topic in prune_folder(folder, 11 * DAY_S).dropped) == 0


def test_it_runs_beside_an_archive_and_once_at_a_time(folder: Path) -> None:
    with closing(hold(folder / ".poolwise", "archive")):
        assert sum(topic.rows for topic in prune_folder(folder, 12 * DAY_S).dropped) > 0
    with closing(hold(folder / ".poolwise", "prune")), pytest.raises(LogBusy):
        prune_folder(folder, 12 * DAY_S)


def test_a_folder_that_is_no_archive_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="not a folder of poolwise archive"):
        prune_folder(tmp_path, 12 * DAY_S)
