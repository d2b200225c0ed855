"""The embedded log: the contract, and what only a file can do wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from threading import Thread

import pytest

import streams
from bandit.errors import CommitUnknown, LogBusy, LogCorrupt, LogError, MissingInput
from streams.clients.address import open_log
from streams.config.log_settings import LogSettings
from streams.embedded.log import EmbeddedLog
from streams.embedded.tables import KEEP_TOMBSTONES
from streams.log.log import Log, NewRecord, Place
from tests.streams.following_contract import read_all, task
from tests.streams.log_contract import GROUP, LogContract

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys, time
from streams.clients.address import open_log
shared = open_log(sys.argv[1]).shared("workers", ["tasks", "labels"])
print("held", flush=True)
time.sleep(60)
"""


class TestEmbeddedLog(LogContract):
    implementation = EmbeddedLog

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "log.db"

    def open(self, partitions: int | None = None) -> Log:
        return EmbeddedLog(self.path, partitions, create=True)

    def delete_before(self, log: Log, place: Place, offset: int) -> None:
        assert isinstance(log, EmbeddedLog)
        log.delete_before(*place, offset)


def test_every_log_has_its_contract_tests() -> None:
    promised = {name for name in vars(Log) if not name.startswith("_")}
    found = walk_packages(streams.__path__, "streams.")
    modules = [import_module(module.name) for module in found]
    logs = {
        thing
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and thing is not Log and promised <= set(dir(thing))
    }
    import_module("tests.streams.kafka_log.test_log")  # its subclass is known then
    assert logs == {tests.implementation for tests in LogContract.__subclasses__()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a log with one task is."""
    place = tmp_path / "labels.db"
    log = EmbeddedLog(place, create=True)
    log.write([task("t1")])
    log.close()
    return place


def test_a_second_worker_is_refused_and_the_file_named(path: Path) -> None:
    one, two = EmbeddedLog(path), EmbeddedLog(path)
    shared = one.shared(GROUP, ["tasks", "labels"])
    with pytest.raises(LogBusy, match=r"labels\.db"):
        two.shared(GROUP, ["tasks", "labels"])
    shared.close()
    two.shared(GROUP, ["tasks", "labels"])
    one.close()
    two.close()


def test_a_killed_worker_leaves_its_place(path: Path) -> None:
    log = EmbeddedLog(path)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    holder = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(holder, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(LogBusy):
            log.shared(GROUP, ["tasks", "labels"])
        process.kill()
    log.shared(GROUP, ["tasks", "labels"])
    log.close()


def test_a_worker_whose_lock_file_was_deleted_is_fenced_off(path: Path) -> None:
    one, two = EmbeddedLog(path), EmbeddedLog(path)
    older = one.shared(GROUP, ["tasks", "labels"])
    for lock in path.parent.glob("*.lock"):
        lock.unlink()
    newer = two.shared(GROUP, ["tasks", "labels"])
    with pytest.raises(LogBusy, match="taken over"):
        older.commit([NewRecord("asks", b"t1", b"")], {})
    newer.commit([], {Place("tasks", 0): 1})
    assert two.follow("asks").at_end()
    one.close()
    two.close()


def test_feeders_and_followers_run_beside_the_worker(path: Path) -> None:
    worker, beside = EmbeddedLog(path), EmbeddedLog(path)
    shared = worker.shared(GROUP, ["tasks", "labels"])
    beside.write([task("t2")])
    assert len(shared.poll(10, 0.0)) == 2
    shared.commit([NewRecord("asks", b"t1", b"ask")], {Place("tasks", 0): 2})
    assert [record.value for record in read_all(beside.follow("asks"))] == [b"ask"]
    worker.close()
    beside.close()


def test_a_poll_waits_for_a_record_that_comes(path: Path) -> None:
    def feed_later() -> None:
        time.sleep(0.1)
        log = EmbeddedLog(path)
        log.write([NewRecord("asks", b"t1", b"late")])
        log.close()

    log = EmbeddedLog(path)
    feeder = Thread(target=feed_later)
    feeder.start()
    assert [record.value for record in log.follow("asks").poll(1, 20.0)] == [b"late"]
    feeder.join()
    log.close()


def test_another_number_of_partitions_is_refused(path: Path) -> None:
    with pytest.raises(LogError, match="has 1 partition, not 4"):
        open_log(f"sqlite:{path}", LogSettings(partitions=4))


def test_a_log_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"none\.db"):
        open_log(f"sqlite:{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_becomes_a_log_only_when_one_is_to_be_made(tmp_path: Path) -> None:
    place = tmp_path / "empty.db"
    place.touch()
    with pytest.raises(MissingInput):
        EmbeddedLog(place)
    EmbeddedLog(place, create=True).close()
    EmbeddedLog(place).close()


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_something_else_is_no_log(tmp_path: Path, create: bool) -> None:
    text = tmp_path / "text.db"
    text.write_text("task,answer\n" * 1000)
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE users (name TEXT)")
    connection.close()
    for place in (text, other):
        before = place.read_bytes()
        with pytest.raises(LogCorrupt, match=place.name):
            EmbeddedLog(place, create=create)
        assert place.read_bytes() == before


def test_a_log_of_a_newer_poolwise_says_so(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    connection.close()
    with pytest.raises(LogError, match="version 3"):
        EmbeddedLog(path)


def test_a_damaged_file_is_said_to_be_damaged(path: Path) -> None:
    log = EmbeddedLog(path)
    log.write([task(f"t{i}", "x" * 1000) for i in range(500)])
    log.close()
    data = bytearray(path.read_bytes())
    data[-len(data) // 2 :] = os.urandom(len(data) // 2)
    path.write_bytes(data)
    with pytest.raises(LogCorrupt, match=r"labels\.db"):
        read_and_close(path)


def read_and_close(path: Path) -> None:
    """Read all tasks in the log at `path`."""
    log = EmbeddedLog(path)
    try:
        read_all(log.follow("tasks"))
    finally:
        log.close()


def test_a_commit_that_fails_at_its_end_is_unknown(path: Path) -> None:
    """A deferred foreign key fails at COMMIT, as a full disk would."""
    log = EmbeddedLog(path)
    shared = log.shared(GROUP, ["tasks", "labels"])
    log.connection.execute("PRAGMA foreign_keys = ON")
    log.connection.execute(
        "CREATE TEMP TABLE parents (id INTEGER PRIMARY KEY)",
    )
    log.connection.execute(
        "CREATE TEMP TABLE children (id REFERENCES parents DEFERRABLE INITIALLY DEFERRED)"
    )
    log.connection.execute(
        "CREATE TEMP TRIGGER fail AFTER INSERT ON positions BEGIN"
        " INSERT INTO children VALUES (1); END"
    )
    with pytest.raises(CommitUnknown):
        shared.commit([NewRecord("asks", b"t1", b"ask")], {Place("tasks", 0): 1})
    assert shared.committed(Place("tasks", 0)) is None
    assert log.follow("asks").at_end()
    log.close()


def test_old_deletions_are_cleared_away(path: Path) -> None:
    log = EmbeddedLog(path)
    log.write([NewRecord("desk", b"gone", b"1"), NewRecord("desk", b"gone", None)])
    log.connection.execute(
        'INSERT INTO "desk/0" VALUES (?, ?, ?)', (KEEP_TOMBSTONES + 5, b"far", b"1")
    )
    log.write([NewRecord("desk", b"next", b"1")])
    assert [record.key for record in read_all(log.follow("desk"))] == [b"far", b"next"]
    log.close()


def test_two_processes_may_make_the_same_log_at_once(tmp_path: Path) -> None:
    source = (
        "import sys; from streams.clients.address import open_log;"
        " open_log(sys.argv[1], create=True)"
    )
    command = [sys.executable, "-c", source, str(tmp_path / "new.db")]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]


def test_a_lock_that_is_no_lock_is_named(path: Path) -> None:
    path.with_name(f"{path.name}.{GROUP}.lock").write_text("not a lock")
    with pytest.raises(
        LogError, match=rf"labels\.db\.{GROUP}\.lock: not a lock file of poolwise; if no worker"
    ):
        EmbeddedLog(path).shared(GROUP, ["tasks"])


def test_a_lock_that_cannot_be_made_is_named(path: Path) -> None:
    path.with_name(f"{path.name}.{GROUP}.lock").mkdir()
    with pytest.raises(LogError, match=rf"labels\.db\.{GROUP}\.lock: .*this is a folder"):
        EmbeddedLog(path).shared(GROUP, ["tasks"])


def test_a_place_where_no_log_can_be_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"folder .*nowhere does not exist; create it first"):
        EmbeddedLog(tmp_path / "nowhere" / "log.db", create=True)
    with pytest.raises(LogError, match="this is a folder; name a file in it"):
        EmbeddedLog(tmp_path, create=True)


def test_a_log_of_an_earlier_poolwise_gets_the_topics_that_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "earlier.db"
    log = EmbeddedLog(path, 2, create=True)
    with log.transaction():
        log.connection.execute("DELETE FROM topics WHERE topic IN ('controls', 'desk')")
        for table in ("controls/0", "desk/0", "desk/1"):
            log.connection.execute(f'DROP TABLE "{table}"')
    log.close()
    again = EmbeddedLog(path)
    assert (again.partitions("controls"), again.partitions("desk")) == (1, 2)
    again.write([NewRecord("desk", b"k", b"v", 1)])
    again.close()
