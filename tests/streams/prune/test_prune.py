"""`poolwise prune` on an embedded log: what is old goes, what is needed stays."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from bandit.errors import BadValue, ConfigError, LogBusy, MissingInput, StateError
from bandit.events import Tick
from streams.archive.archive import Archive
from streams.cli.prune import prune
from streams.doctor.age import age
from streams.embedded.log import EmbeddedLog
from streams.log.log import LostRecords, NewRecord, Place
from streams.prune.pruning import cuts, prune_place
from tests.streams.archive.archive_audit import archive_all
from tests.streams.prune.pruned_story import DAY_S, PLAIN, begin, contents, days, work
from tests.streams.scenes import task, worker, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


def pruned(path: Path, day: float, *more: object) -> Result:
    """Prune what is older than a day of the story."""
    return run(prune, path, "--before", f"1970-01-{day + 1:02.0f}", *more)


def figures(path: Path, day: float, *more: object) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(pruned(path, day, "--json", *more).output)
    return report


def test_old_records_go_and_the_others_stay_where_they_are(path: Path) -> None:
    before = contents(path)
    gone = figures(path, 3)["deleted"]
    after = contents(path)
    for topic in PLAIN:
        count = len(before[topic]) - len(after[topic])
        assert gone.get(topic, 0) == count
        assert after[topic] == before[topic][count:]
    assert gone["tasks"] == gone["verdicts"] == 8  # of the first and the second day
    assert gone["asks"] == gone["rewards"] == 16
    assert gone["labels"] > 16


def test_a_dry_run_says_the_same_and_deletes_nothing(path: Path) -> None:
    before = contents(path)
    report = pruned(path, 3, "--dry-run").output
    assert contents(path) == before
    assert "would be deleted" in report.splitlines()[-1]
    done = pruned(path, 3).output
    rows, planned = ([line.split() for line in text.splitlines()] for text in (done, report))
    assert rows[1:-1] == planned[1:-1]
    assert done.splitlines()[-1].startswith(f"{path}: ")
    assert "records older than 1970-01-04 00:00 UTC deleted; file size: " in done


def test_a_pruned_log_goes_on_as_one_that_is_not(path: Path, tmp_path: Path) -> None:
    """Same offsets, same decisions, same verdicts, though all that can go is gone."""
    whole = tmp_path / "whole.db"
    shutil.copy(path, whole)
    assert run(prune, path, "--before", "1970-02-01").exit_code == 0
    left = contents(path)
    assert len(left["tasks"]) == 1  # the last one is always kept
    assert len(left["rewards"]) == 8  # a learner that finds the last snapshot damaged needs them
    for log in (path, whole):
        days(log, 5, 6)
    now, unpruned = contents(path), contents(whole)
    for topic in PLAIN:
        assert now[topic] == unpruned[topic][-len(now[topic]) :]
        assert len(now[topic]) >= len(left[topic])


def test_what_no_worker_has_read_stays(path: Path) -> None:
    with closing(begin(path)) as log:
        write(log, task("old", at=DAY_S), task("older", at=DAY_S))
        with closing(log.shared("second", ["tasks", "labels"])) as other:
            other.commit([], {Place("tasks", 0): 3, Place("labels", 0): 5})
    report = figures(path, 5)
    assert report["deleted"]["tasks"] == 3
    assert report["deleted"]["labels"] == 5
    held = {entry["topic"]: entry["why"] for entry in report["held_back"]}
    assert held["tasks"] == held["labels"] == "group 'second' has not read them"
    assert figures(path, 5, "--gone-group", "second")["deleted"]["tasks"] == 16 - 3


def test_without_a_worker_no_task_and_no_label_goes(tmp_path: Path) -> None:
    path = tmp_path / "fed.db"
    with closing(begin(path)) as log:
        write(log, *(task(f"t{i}", at=1.0) for i in range(5)), Tick(at=1.0), Tick(at=2.0))
    report = figures(path, 5)
    assert report["deleted"].get("tasks", 0) == report["deleted"].get("labels", 0) == 0
    assert {entry["why"] for entry in report["held_back"]} == {"no worker has read them"}


def test_what_a_learner_may_have_to_learn_stays(path: Path) -> None:
    with closing(EmbeddedLog(path)) as log:
        log.connection.execute('DELETE FROM "models/0"')
    report = figures(path, 3)
    assert report["deleted"]["rewards"] == 0
    assert report["deleted"]["decisions"] > 0
    (held,) = [entry for entry in report["held_back"] if entry["topic"] == "rewards"]
    assert held["why"] == "there is no complete snapshot of the model"


def test_a_damaged_snapshot_finds_the_rewards_it_needs(path: Path) -> None:
    figures(path, 20)
    with closing(EmbeddedLog(path)) as log:
        newest = log.connection.execute(
            'SELECT max("offset") FROM "models/0" WHERE key LIKE \'%chunk%\''
        ).fetchone()[0]
        log.connection.execute(
            'UPDATE "models/0" SET value = x\'00\' WHERE "offset" = ?', (newest,)
        )
        with closing(worker(log)) as made:
            learned = made.learner.position
            assert learned == log.end("rewards", 0)
            assert log.follow("rewards", 0, learned).lost() == []
            assert made.core.brain.position == learned


def test_what_the_archive_has_not_got_stays(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with closing(EmbeddedLog(path)) as log:
        archive_all(log, folder)
        there = {topic: log.end(topic, 0) for topic in ("decisions", "rewards", "verdicts")}
    days(path, 5)
    report = figures(path, 20, "--archive", folder)
    for topic, end in there.items():
        assert report["deleted"][topic] == end
    held = {entry["topic"]: entry["why"] for entry in report["held_back"]}
    assert held["decisions"] == held["verdicts"] == "they are not in the archive yet"
    with closing(EmbeddedLog(path)) as log:
        archive_all(log, folder)  # nothing is missing


def test_the_archive_of_another_log_is_refused_and_nothing_deleted(
    path: Path, tmp_path: Path
) -> None:
    folder, other = tmp_path / "archive", tmp_path / "other.db"
    days(other, 2, 3)
    with closing(EmbeddedLog(other)) as log:
        archive_all(log, folder)
    before = contents(path)
    with pytest.raises(StateError, match="archive of another log"):
        pruned(path, 3, "--archive", folder)
    with pytest.raises(MissingInput, match="no such folder"):
        pruned(path, 3, "--archive", tmp_path / "no")
    assert contents(path) == before


def test_an_archive_that_comes_late_says_what_was_pruned(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    days(tmp_path / "short.db", 1)
    with closing(EmbeddedLog(path)) as log:
        archive_all(log, folder)
        had = log.end("verdicts", 0)
    days(path, 5, 6)
    figures(path, 6)
    report: list[str] = []
    with closing(EmbeddedLog(path)) as log:
        first = log.begin("verdicts", 0)
        assert first > had
        with closing(Archive(log, folder, warn=report.append)) as archive:
            archive.run(until_idle=True)
    assert (
        f"verdicts/0: offsets {had} to {first - 1} were deleted from the log before they were"
        " archived"
    ) in report


def test_one_young_record_keeps_what_is_behind_it(path: Path) -> None:
    """As Kafka does: times of tasks are their upstream's, and may be anything."""
    with closing(begin(path)) as log:
        write(log, task("ahead", at=40 * DAY_S), task("old", at=DAY_S))
        work(log, 5)
    assert figures(path, 20)["deleted"]["tasks"] == 16


def test_labels_of_any_time_are_as_old_as_the_ticks_around_them(path: Path) -> None:
    with closing(EmbeddedLog(path)) as log:
        strange = b'{"type":"Label","at":9e9}'
        log.connection.execute('UPDATE "labels/0" SET value = ? WHERE "offset" = 7', (strange,))
        log.connection.execute('UPDATE "labels/0" SET value = ? WHERE "offset" = 8', (b"?",))
    assert figures(path, 3)["deleted"]["labels"] > 16


def test_readers_that_stood_before_are_told(path: Path) -> None:
    with closing(EmbeddedLog(path)) as log:
        follower = log.follow("verdicts", 0, 2)
        for cut in cuts(log, 3 * DAY_S, latest=4 * DAY_S):
            assert sum(prune_place(log, cut)) == cut.records
        assert [record.offset for record in follower.poll(100, 0.0)] == list(range(8, 16))
        assert follower.lost() == [LostRecords(Place("verdicts", 0), 2, 8)]


def test_it_runs_beside_a_worker(path: Path) -> None:
    """Each waits for the other's transactions, and neither is disturbed."""
    done = Thread(target=days, args=(path, *range(5, 9)))
    done.start()
    while done.is_alive():
        assert pruned(path, 4).exit_code == 0
    done.join()
    assert len(contents(path)["verdicts"]) == 4 * 5
    days(path, 9)
    assert len(contents(path)["verdicts"]) == 4 * 6


def test_free_pages_are_used_again_and_rewriting_gives_them_back(tmp_path: Path) -> None:
    path = tmp_path / "bulky.db"
    with closing(begin(path)) as log:
        for _ in range(500):
            text = b'{"type":"DeadLetter","rule":"r","message":"%s","at":0}'
            log.write([NewRecord("deadletters", b"k", text % os.urandom(2000).hex().encode())])
    days(path, 1, 2, 3)
    size = path.stat().st_size
    report = figures(path, 3)
    assert report["bytes"] == report["bytes_before"] >= size
    assert report["bytes_free"] > 1_500_000
    days(path, 5)
    again = figures(path, 3, "--rewrite")
    assert again["bytes"] < again["bytes_before"] - 1_500_000
    assert again["bytes_before"] == report["bytes"]
    assert again["bytes_free"] == 0
    assert path.stat().st_size == again["bytes"]
    days(path, 6)


def test_a_file_is_not_rewritten_under_a_worker(path: Path) -> None:
    before = contents(path)
    with (
        closing(EmbeddedLog(path)) as log,
        closing(worker(log)),
        pytest.raises(LogBusy, match="stop it first, or leave out --rewrite"),
    ):
        pruned(path, 3, "--rewrite")
    assert contents(path) == before


@pytest.mark.parametrize("text", ["soon", "-3", "2026-13-01", "9999-01-01", "99990101", "9999999d"])
def test_a_time_that_is_none_is_said(path: Path, text: str) -> None:
    with pytest.raises(BadValue, match=text):
        run(prune, path, f"--before={text}")


def test_of_kafka_it_says_where_that_is_set() -> None:
    with pytest.raises(ConfigError, match="set retention"):
        run(prune, "kafka://localhost:1/p", "--before", "30d")


def test_doctor_says_how_old_a_log_is_and_when_it_is_worth_pruning(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(EmbeddedLog(path)) as log:
        (report,) = age(log, "labels.db", 100 * DAY_S)
        assert report.level == "ok"
        assert report.what.startswith(
            "oldest record of 1970-01-02 00:00 UTC; file size: 0.3 MB, 0.0 MB of it reusable"
        )
        monkeypatch.setattr("streams.doctor.age.LARGE_BYTES", 1)
        (report,) = age(log, "labels.db", 100 * DAY_S)
        assert report.level == "warning"
        assert "tasks (14 days)" in report.what
        assert "poolwise prune labels.db --before 30d" in report.todo
        (report,) = age(log, "labels.db", 10 * DAY_S)
        assert report.level == "ok"
