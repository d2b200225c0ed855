"""`poolwise doctor`: what it finds on this machine and in a log in a file, and how it says it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import LogError, StateError
from bandit.events import Control, Tick
from streams.cli.doctor import doctor
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.doctor.findings import DoctorFinding, bounded, ok
from streams.learner.snapshots import manifest_of
from streams.learner.snapshots import write as write_snapshot
from streams.log.log import NewRecord
from streams.worker.worker import Worker
from tests.streams.scenes import SETTINGS, new_log, task, worker, write
from tests.streams.verbs import ROOT, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.log.log import Log


def run_findings(path: object, *words: object) -> list[DoctorFinding]:
    reported = json.loads(run(doctor, path, *words, "--json").output)
    return [DoctorFinding(**finding) for finding in reported]


def findings_of(path: object, *words: object) -> dict[str, DoctorFinding]:
    """Return the last finding of each check."""
    return {finding.check: finding for finding in run_findings(path, *words)}


def test_a_log_that_is_well_has_nothing_broken(path: Path) -> None:
    answer = run(doctor, path)
    assert answer.exit_code == 0
    assert answer.output.endswith("ok\n")
    assert "broken  " not in answer.output


def test_each_finding_is_one_line_and_one_of_what_to_do(tmp_path: Path) -> None:
    answer = run(doctor, tmp_path / "none.db")
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("broken"))
    assert lines[at] == f"broken   file: {tmp_path}/none.db: there is no log here"
    assert lines[at + 1].startswith("         do: check the path")
    assert lines[-1] == "1 broken, 0 warnings, 2 ok"


def test_a_log_is_offered_to_be_created_only_where_none_is(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.db"
    damaged.write_text("no log")
    create = f"poolwise work {tmp_path}/none.db --create"
    assert create in str(findings_of(tmp_path / "none.db")["file"].todo)
    assert findings_of(damaged)["file"].todo.startswith("check the path, the rights of this user")
    assert findings_of(tmp_path / "folder")["file"].todo.startswith("check the path, the rights")


def test_json_has_the_same_findings_and_the_same_exit_code(tmp_path: Path) -> None:
    answer = run(doctor, tmp_path / "none.db", "--json")
    assert answer.exit_code == 1
    reported = json.loads(answer.output)
    assert [finding["level"] for finding in reported] == ["ok", "ok", "broken"]
    assert all(
        finding["what"] and (finding["level"] == "ok") != bool(finding["todo"])
        for finding in reported
    )


def test_the_versions_at_work_are_said(path: Path) -> None:
    reported = findings_of(path)["versions"].what
    for name in (
        "Python 3.",
        "poolwise ",
        "kafka-python 3.0.",
        "crc32c ",
        "vowpalwabbit ",
        "river ",
    ):
        assert name in reported


def test_a_damaged_file_is_broken(path: Path) -> None:
    with closing(new_log(path)) as log:
        write(log, *(task(f"t{i}") for i in range(2000)))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4096 * 8] = os.urandom(4096 * 8)
    path.write_bytes(data)
    answer = run(doctor, path)
    assert answer.exit_code == 1
    assert "broken   file: " in answer.output


def test_who_is_at_work_on_a_file_is_said(path: Path) -> None:
    start = f"nothing is being processed; start one: poolwise work {path}"
    reported = findings_of(path)["worker"].what
    assert reported == f"no worker of group 'poolwise' has run here yet: {start}"
    holds = (
        "import sys; from pathlib import Path; from streams.embedded.lock import hold;"
        " lock = hold(Path(sys.argv[1]), 'poolwise'); print(); sys.stdin.read(); lock.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        who = f"process {holder.pid}" if sys.platform == "linux" else "another process"
        assert (
            findings_of(path)["worker"].what
            == f"{who} is running as the worker of group 'poolwise'"
        )
        holder.communicate()
    reported = findings_of(path)["worker"].what
    assert reported == f"no worker of group 'poolwise' is running: {start}"


def test_what_no_worker_has_read_is_counted(path: Path) -> None:
    with closing(new_log(path)) as log:
        write(log, task("t1"), task("t2"))
        with closing(worker(log)) as working:
            working.run(until_idle=True)
            write(log, *(task(f"t{i}") for i in range(3, 1503)), Tick(at=5.0))
            assert findings_of(path)["worker"].what.endswith("; 1,501 records not read yet")
            assert findings_of(path)["worker"].level == "ok"
        waiting = findings_of(path)["worker"]
        assert waiting.level == "warning"
        nobody = "no worker of group 'poolwise' is running"
        assert waiting.what == f"{nobody}; 1,501 records not read yet"
        assert waiting.todo == f"start one: poolwise work {path}"
        log.delete_before("tasks", 0, 1_500)
    assert "; 3 records not read yet" in findings_of(path)["worker"].what


def test_a_clock_that_is_behind_the_workers_is_said(path: Path) -> None:
    now = time.time()
    assert "no tick was accepted" in findings_of(path)["clock"].what
    for at, level, reported in (
        (now - 25.0, "ok", "the time of the partitions is up to 2"),
        (now + 20.0, "warning", "the time of partition 0 is up to "),
        (
            now + 3000.0,
            "broken",
            " ahead of this machine's clock: until the clock catches up, ticks are ref",
        ),
    ):
        with closing(new_log(path)) as log, closing(worker(log)) as working:
            write(log, Tick(at=at))
            working.run(until_idle=True)
        finding = findings_of(path)["clock"]
        assert finding.level == level
        assert reported in finding.what
    assert f"poolwise control {path} --reset-clock" in finding.todo


def test_a_log_whose_time_is_simulated_is_said_to_have_an_old_tick(path: Path) -> None:
    with closing(new_log(path)) as log, closing(worker(log)) as working:
        write(log, Tick(at=5 * 86_400.0))
        working.run(until_idle=True)
    finding = findings_of(path)["clock"]
    assert finding.level == "ok"
    assert finding.what == (
        "the last tick in the log is of 1970-01-06 00:00 UTC: no worker has run since, its clock"
        " is refused, or the log's time is simulated (--clock log)"
    )


def test_tasks_that_are_stopped_are_counted_by_what_stops_them(path: Path) -> None:
    """A running service need not be stopped to learn which skills are missing."""
    with closing(new_log(path)) as log, closing(worker(log)) as working:
        write(log, Control(at=0.0, project="cats", paused=True), Tick(at=1.0))
        spanish = [task(f"es{i}", at=1.0, skills=("es",)) for i in range(3)]
        write(log, *spanish, task("t1", at=1.0, project="cats"), task("t2", at=1.0))
        working.run(until_idle=True)
    reported = json.loads(run(doctor, path, "--json").output)
    whats = [finding["what"] for finding in reported if finding["check"] == "open tasks"]
    assert whats == [
        f"5 tasks without a verdict; 1 stopped by an order (see it: poolwise control {path})",
        "3 tasks not being worked on: no available pool with the skill 'es'",
    ]


def test_the_age_of_the_newest_snapshot_is_said(path: Path) -> None:
    assert findings_of(path)["learner"].what == "no rewards to learn from yet"
    with closing(new_log(path)) as log:
        save(log, age_s=30.0, number=0)
    finding = findings_of(path)["learner"]
    assert finding.level == "ok"
    assert finding.what.startswith("snapshot 0 is complete, 3")
    with closing(new_log(path)) as log:
        save(log, age_s=3600.0, number=1)
    finding = findings_of(path)["learner"]
    assert finding.level == "warning"
    assert "worker.max_model_age_s = 600" in finding.todo


def test_a_snapshot_that_is_damaged_is_said(path: Path) -> None:
    with closing(new_log(path)) as log:
        save(log, age_s=20.0, number=0)
        save(log, age_s=10.0, number=1)
        log.write([NewRecord("models", b"slot/1/chunk/0", b"damaged")])
    reported = json.loads(run(doctor, path, "--json").output)
    whats = [finding["what"] for finding in reported if finding["check"] == "learner"]
    assert whats[0] == "snapshot 1 is damaged; snapshot 0 and the rewards after it are used"
    with closing(new_log(path)) as log:
        log.write([NewRecord("models", b"slot/0/chunk/0", b"damaged")])
    finding = findings_of(path)["learner"]
    assert finding.level == "broken"
    assert finding.todo.startswith(f"poolwise control {path} --learning --relearn; ")
    with closing(new_log(path)) as log, pytest.raises(StateError, match="--learning --relearn"):
        worker(log)  # it wouldn't start without that order


def test_rewards_that_nobody_learns_are_said(path: Path) -> None:
    with closing(new_log(path)) as log:
        log.write([NewRecord("rewards", b"t", b"{}")])
    finding = findings_of(path)["learner"]
    assert (finding.level, finding.what) == (
        "warning",
        "no snapshot yet; about 1 reward not learned yet",
    )
    assert f"poolwise learn {path}," in finding.todo


def test_a_log_that_was_worked_on_is_well(path: Path) -> None:
    with closing(new_log(path)) as log:
        write(log, task("t1"))
        with closing(Worker(log, engine_maker(SETTINGS, 1), WorkerSettings())) as worker:
            worker.run(until_idle=True)
    assert {finding.level for finding in findings_of(path).values()} == {"ok"}


def test_topics_of_a_file_are_there_from_the_start(path: Path) -> None:
    assert findings_of(path, "--create-topics")["topics"].what.endswith("always has all topics")


def test_what_takes_too_long_is_left_and_said() -> None:
    def slow() -> Iterator[DoctorFinding]:
        yield ok("first", "fine")
        time.sleep(30.0)
        yield ok("second", "never seen")

    began = time.monotonic()
    seen = list(bounded(slow, 0.2))
    assert time.monotonic() - began < 5
    assert [finding.level for finding in seen] == ["ok", "broken"]
    assert "the checks after 'first' were not made" in seen[1].what


def test_an_error_of_a_check_is_not_hidden() -> None:
    def failing() -> Iterator[DoctorFinding]:
        yield ok("first", "fine")
        raise LogError("gone")

    with pytest.raises(LogError, match="gone"):
        list(bounded(failing, 5.0))


def save(log: Log, *, age_s: float, number: int) -> None:
    """Write a snapshot as a learner would."""
    manifest = manifest_of(b"brain", number, 7, 0)
    dated = msgspec.structs.replace(manifest, at=time.time() - age_s)
    with closing(log.writer("poolwise-learner")) as writer:
        write_snapshot(writer, dated, b"brain")
