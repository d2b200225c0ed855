"""What can't be used: it is a dead letter with its reason, and the rest goes on."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest

from bandit.errors import PoolwiseError, RecordTooLarge
from bandit.events import Ask, Pool, Task
from streams.log.log import LostRecords, NewRecord, Place
from tests.streams.scenes import (
    FlakyLog,
    events,
    label,
    letters,
    new_log,
    read,
    record,
    task,
    touchy,
    worker,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import GroupMember, Log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def boom(name: str) -> Task:
    """Return a task that makes the touchy engine raise."""
    return task(name, payload="boom")


def test_a_broken_rule_is_a_dead_letter_with_place_and_bytes(log: EmbeddedLog) -> None:
    log.write([NewRecord("tasks", b"k1", b'{"type":"Task"}'), NewRecord("labels", None, b"\xff")])
    worker(log).step()
    found = {(one.topic, one.rule): one for one in letters(log)}
    bad_field, malformed = found["tasks", "bad_field"], found["labels", "malformed"]
    assert (bad_field.partition, bad_field.offset, bad_field.key) == (0, 0, b"k1")
    assert bad_field.original == b'{"type":"Task"}'
    assert "`task`" in bad_field.message
    assert (malformed.key, malformed.original) == (None, b"\xff")
    assert {one.key for one in read(log, "deadletters")} == {b"k1", None}


def test_a_rule_of_the_engine_is_a_dead_letter_too(log: EmbeddedLog) -> None:
    write(log, label(_ask("t9"), 1.0))
    worker(log).step()
    (letter,) = letters(log)
    assert letter.rule == "unknown_task"
    assert (letter.topic, letter.offset, letter.key) == ("labels", 0, b"t9")
    assert letter.original is not None


def test_an_event_in_a_topic_that_is_not_its_own_is_a_dead_letter(log: EmbeddedLog) -> None:
    log.write([NewRecord("tasks", b"t1", b'{"type":"Tick","at":1.0}')])
    worker(log).step()
    assert [letter.rule for letter in letters(log)] == ["wrong_topic"]


def test_a_large_original_is_named_by_its_digest(log: EmbeddedLog) -> None:
    data = b'{"type":"Task"' + b" " * 300_000
    log.write([NewRecord("tasks", b"k1", data)])
    worker(log).step()
    (letter,) = letters(log)
    assert letter.original is None
    assert blake2b(data, digest_size=32).hexdigest() in letter.message


@pytest.mark.parametrize("batch", [1, 2, 7, 1000])
def test_poison_among_good_records_is_found_and_the_rest_goes_on(
    log: EmbeddedLog, batch: int
) -> None:
    names = [f"t{i}" for i in range(20)]
    bad = {"t0", "t7", "t8", "t19"}
    write(log, *(boom(name) if name in bad else task(name) for name in names))
    one = worker(log, touchy, batch_records=batch)
    one.run(until_idle=True)
    assert {letter.key for letter in letters(log)} == {name.encode() for name in bad}
    assert all(letter.rule == "unexpected" for letter in letters(log))
    assert letters(log)[0].message == "ZeroDivisionError: half done, then boom"
    assert sorted(ask.task for ask in events(log, "asks", Ask)) == sorted(set(names) - bad)
    assert one.core.open_tasks() == 16
    assert one._member.committed(Place("tasks", 0)) == 20


@pytest.mark.parametrize("quoted", ["key", "answer"])
def test_a_letter_fits_however_long_what_it_quotes_is(log: EmbeddedLog, quoted: str) -> None:
    """A letter that does not fit anywhere would stop the stream for good."""
    long = "\N{OCTOPUS}\\" * 60_000
    write(log, task("t1"))
    one = worker(log)
    one.step()
    bad = record(label(events(log, "asks", Ask)[0], 1.0, answer=long))
    if quoted == "key":
        bad = NewRecord("labels", long.encode(), b"{")
    log.write([bad])
    one.step()
    (letter,) = letters(log)
    assert letter.rule == {"key": "malformed", "answer": "unknown_answer"}[quoted]
    assert (letter.key is None) == (quoted == "key")
    assert (
        quoted == "answer" or blake2b(long.encode(), digest_size=32).hexdigest() in letter.message
    )
    (written,) = read(log, "deadletters")
    assert len(written.value or b"") + len(written.key or b"") < 500_000


class Narrow(FlakyLog):
    """A log that takes records of up to `most` bytes."""

    def __init__(self, log: Log, most: int) -> None:
        super().__init__(log)
        self.most = most
        self.refused = 0

    def shared(self, group: str, topics: Sequence[str]) -> GroupMember:
        shared = super().shared(group, topics)
        commit = shared.commit

        def checked(outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
            largest = max((len(one.value or b"") for one in outputs), default=0)
            if largest > self.most:
                self.refused += 1
                raise RecordTooLarge(f"a record of {largest} bytes")
            commit(outputs, positions)

        shared.commit = checked  # type: ignore[method-assign]
        return shared


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_outputs_that_are_too_large_are_letters_however_many_in_a_row(
    log: EmbeddedLog, batch: int
) -> None:
    """They are no bug of ours, which would stop the worker."""
    large = {f"t{i}" for i in range(3, 12)}
    write(log, *(task(f"t{i}", payload="x" * 6000 * (f"t{i}" in large)) for i in range(15)))
    narrow = Narrow(log, most=5000)
    worker(narrow, batch_records=batch).run(until_idle=True)
    assert narrow.refused >= len(large)
    assert {letter.key for letter in letters(log)} == {name.encode() for name in large}
    assert {letter.rule for letter in letters(log)} == {"output_too_large"}
    names = [ask.task for ask in events(log, "asks", Ask)]
    assert sorted(names) == sorted({f"t{i}" for i in range(15)} - large)


@pytest.mark.parametrize("batch", [1, 1000])
def test_a_letter_that_is_too_large_itself_goes_without_its_original(
    log: EmbeddedLog, batch: int
) -> None:
    data = b'{"type":"Tsk"}' + b" " * 6000
    log.write([NewRecord("tasks", b"k", data)])
    write(log, task("t1"), task("t2", payload="x" * 6000), boom("t3"), task("t4"))
    narrow = Narrow(log, most=5000)
    worker(narrow, touchy, batch_records=batch).run(until_idle=True)
    found = {letter.key: letter for letter in letters(log)}
    assert {key: letter.rule for key, letter in found.items()} == {
        b"k": "unknown_type",
        b"t2": "output_too_large",
        b"t3": "unexpected",
    }
    assert found[b"k"].original is None
    assert blake2b(data, digest_size=32).hexdigest() in found[b"k"].message
    assert found[b"t3"].original is not None
    assert {ask.task for ask in events(log, "asks", Ask)} == {"t1", "t4"}


def test_poison_that_waits_for_its_commit_is_not_forgotten_when_records_were_lost(
    log: EmbeddedLog,
) -> None:
    write(log, boom("t1"))
    one = worker(log, touchy)
    one._batches.handle(one._member.poll(10, 0.0))
    assert one._batches.waiting
    one._batches.report([LostRecords(Place("labels", 0), 0, 5)])
    assert [letter.rule for letter in letters(log)] == ["unexpected", "lost"]
    assert one._member.committed(Place("tasks", 0)) == 1
    assert one._member.committed(Place("labels", 0)) == 5


def test_poison_counts_once_though_its_commit_failed(log: EmbeddedLog) -> None:
    """Four in a row are allowed; read again after the commit failed, they are still four."""
    flaky = FlakyLog(log)
    flaky.fail = {0: "before"}
    write(flaky, *(boom(f"b{i}") for i in range(4)), task("t1"))
    one = worker(flaky, touchy)
    one.run(until_idle=True)
    assert one.figures()["commits_unknown"] == 1
    assert len(letters(log)) == 4


def _ask(name: str) -> Ask:
    return Ask(
        task=name,
        project="p",
        ask=1,
        at=0.0,
        pool="a",
        classes=("yes", "no"),
        payload=None,
        expires_at=60.0,
        exclude=(),
    )


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_too_much_poison_in_a_row_stops_the_worker_and_commits_none_of_it(
    log: EmbeddedLog, batch: int
) -> None:
    write(log, task("t0"), *(boom(f"b{i}") for i in range(6)), task("t1"))
    for _ in range(3):  # however often it is started again
        one = worker(log, touchy, batch_records=batch)
        with pytest.raises(
            PoolwiseError, match=r"6 records in a row .* tasks/0 at offset 6: ZeroDivision"
        ):
            one.run(until_idle=True)
        assert letters(log) == []
        assert one._member.committed(Place("tasks", 0)) == 1
        one.close()
    healed = worker(log, batch_records=batch)
    healed.run(until_idle=True)
    assert len(events(log, "asks", Ask)) == 8


def test_as_much_poison_as_is_allowed_does_not_stop_it(log: EmbeddedLog) -> None:
    write(log, *(boom(f"b{i}") for i in range(5)))
    worker(log, touchy).run(until_idle=True)
    assert len(letters(log)) == 5


def test_a_bad_pool_is_a_dead_letter_once_however_often_the_worker_starts(
    log: EmbeddedLog,
) -> None:
    log.write([NewRecord("pools", b"x", b"{}")])
    write(log, Pool(pool="y", at=0.0, usd_per_label=0.01, skills=("boom",)))
    write(log, Pool(pool="c", at=0.0, usd_per_label=0.01))
    for start in range(3):
        one = worker(log, touchy)
        write(log, task(f"t{start}"))
        one.run(until_idle=True)
        one.close()
    assert [letter.rule for letter in letters(log)] == ["unknown_type", "unexpected"]
    assert {ask.pool for ask in events(log, "asks", Ask)} == {"c"}
