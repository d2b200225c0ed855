"""Dead letters that are sent again: each once, to where they belong, whatever happens between."""

from __future__ import annotations

import json
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bandit.errors import BadValue, CommitUnknown, LogBusy
from bandit.events import Ask, DeadLetter, Tick
from streams.cli.feed import feed
from streams.clients.resending import BATCH, TRIES, resend
from streams.embedded.log import EmbeddedLog
from streams.log.codec import encode
from streams.log.log import NewRecord
from tests.streams.scenes import (
    FlakyLog,
    events,
    letters,
    new_log,
    read,
    task,
    touchy,
    worker,
    write,
)
from tests.streams.verbs import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.log.log import Log


@pytest.fixture
def log(path: Path) -> Iterator[EmbeddedLog]:
    """Open a log of two partitions with two pools in it."""
    opened = new_log(path, partitions=2)
    yield opened
    opened.close()


def bury(log: Log, *rules: str, original: bytes = b"{", **place: Any) -> None:
    """Write a dead letter of each rule, about a record of `tasks`."""
    where: dict[str, Any] = {"topic": "tasks", "partition": 0, "offset": 0, "key": b"k"} | place
    letters = [DeadLetter(rule=rule, message=rule, original=original, **where) for rule in rules]
    log.write([NewRecord("deadletters", letter.key, encode(letter), 0) for letter in letters])


def sent(log: Log, *rules: str, **more: Any) -> list[tuple[str, int, list[str]]]:
    """Send again: rule and offset of each letter, and the topics that it went to."""
    resent = resend(log, "poolwise", rules, **more)
    return [(sent.letter.rule, sent.offset, [new.topic for new in sent.records]) for sent in resent]


def test_what_a_bug_refused_is_decided_once_the_bug_is_mended(log: EmbeddedLog) -> None:
    names = {f"t{i}" for i in range(4)}
    write(log, task("good"), *(task(name, payload="boom") for name in names))
    broken = worker(log, partial(touchy, partitions=2))
    broken.run(until_idle=True)
    broken.close()
    assert {letter.key for letter in letters(log)} == {name.encode() for name in names}
    assert len(sent(log)) == 4
    assert sent(log) == []
    mended = worker(log)
    mended.run(until_idle=True)
    assert {ask.task for ask in events(log, "asks", Ask)} == {*names, "good"}
    assert len(letters(log)) == 4


def test_each_rule_is_sent_when_its_own_cause_is_mended(log: EmbeddedLog) -> None:
    bury(log, "bad_field", "malformed", "bad_field")
    assert sent(log, "malformed") == [("malformed", 1, ["tasks"])]
    assert sent(log, "bad_field", "malformed") == [
        ("bad_field", 0, ["tasks"]),
        ("bad_field", 2, ["tasks"]),
    ]
    bury(log, "malformed")
    assert sent(log) == [("malformed", 3, ["tasks"])]
    assert len(read(log, "tasks")) == 4


def test_more_letters_than_are_read_at_once_are_sent_in_their_order(log: EmbeddedLog) -> None:
    many = 2 * BATCH + 7
    for i in range(many):
        bury(log, ("even", "odd")[i % 2], original=b"%d" % i)
    assert len(sent(log, "odd")) == many // 2
    numbers = [int(record.value or b"") for record in read(log, "tasks")]
    assert numbers == list(range(1, many, 2))


def test_an_event_goes_where_it_belongs_and_anything_else_where_it_was(log: EmbeddedLog) -> None:
    """Task t1 belongs in partition 1 of 2; the letter was in partition 0."""
    bury(log, "wrong_topic", original=encode(task("t1")), topic="labels", key=b"odd")
    bury(log, "malformed", original=b"\xff", topic="labels", key=b"t1")
    bury(log, "malformed", original=b"\xfe", topic="labels", key=None, partition=1)
    assert len(sent(log)) == 3
    (record,) = read(log, "tasks")
    assert (record.partition, record.key, record.value) == (1, b"t1", encode(task("t1")))
    places = [(record.partition, record.key, record.value) for record in read(log, "labels")]
    assert places == [(1, b"t1", b"\xff"), (1, None, b"\xfe")]


def test_a_letter_without_its_original_can_not_be_sent_nor_one_about_a_tick(
    log: EmbeddedLog,
) -> None:
    log.write([NewRecord("tasks", b"k1", b'{"type":"Task"' + b" " * 300_000)])
    worker(log).run(until_idle=True)
    bury(log, "tick_back", original=encode(Tick(at=1.0)), topic="labels", key=None)
    assert sent(log) == [("malformed", 0, []), ("tick_back", 0, [])]
    assert sent(log) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"topic": "payments", "key": b"k"},
        {"topic": "asks", "key": b"k"},
        {"topic": "labels", "partition": 99},
        {"topic": "labels", "partition": -1},
        {"topic": "labels"},
    ],
)
def test_a_letter_of_another_program_that_leads_nowhere_stops_nothing(
    log: EmbeddedLog, fields: dict[str, Any]
) -> None:
    where = {"key": None, "partition": None} | fields
    bury(log, "malformed", original=b"?", **where)
    bury(log, "malformed", original=b"{", topic="labels", key=b"t1")
    assert sent(log) == [("malformed", 0, []), ("malformed", 1, ["labels"])]


def test_a_line_of_a_file_that_is_bad_still_is_a_letter_again(log: EmbeddedLog) -> None:
    good = encode(task("t2"))
    for line in (b"{", good):
        bury(log, "malformed", original=line, topic=None, partition=None, offset=None, key=None)
    assert sent(log) == [("malformed", 0, ["deadletters"]), ("malformed", 1, ["tasks"])]
    assert sent(log) == [("malformed", 2, ["deadletters"])]
    assert [record.value for record in read(log, "tasks")] == [good]
    assert letters(log)[-1].original == b"{"


def test_letters_that_come_back_wait_for_the_next_time(log: EmbeddedLog) -> None:
    """A worker at work beside it would otherwise keep it busy for ever."""
    bury(log, "malformed")
    with closing(worker(log)) as busy:
        for _ in resend(log, "poolwise"):
            busy.run(until_idle=True)
        assert [letter.rule for letter in letters(log)] == ["malformed", "malformed"]
    assert sent(log) == [("malformed", 1, ["tasks"])]


def test_what_is_before_since_is_passed_over_for_good(log: EmbeddedLog) -> None:
    bury(log, "malformed", "malformed", "malformed")
    assert sent(log, since=2) == [("malformed", 2, ["tasks"])]
    assert sent(log) == []
    assert len(read(log, "tasks")) == 1


def test_a_dry_run_sends_nothing_and_remembers_nothing(log: EmbeddedLog) -> None:
    bury(log, "malformed", "bad_field")
    for _ in range(2):
        assert len(sent(log, dry_run=True)) == 2
    assert read(log, "tasks") == []
    assert len(sent(log)) == 2


def test_a_run_that_is_broken_off_is_taken_up_where_it_was(log: EmbeddedLog) -> None:
    many = 3 * BATCH
    for i in range(many):
        bury(log, "malformed", original=b"%d" % i)
    with closing(resend(log, "poolwise")) as broken_off:
        next(broken_off)
    before = len(read(log, "tasks"))
    assert 0 < before < many, "broken off when some of them were sent"
    assert len(sent(log)) == many - before
    numbers = [int(record.value or b"") for record in read(log, "tasks")]
    assert numbers == list(range(many))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_commit_whose_outcome_is_unknown_sends_nothing_twice(log: EmbeddedLog, when: str) -> None:
    flaky = FlakyLog(log)
    flaky.fail = {0: when, 1: when}
    for i in range(2 * BATCH):
        bury(log, "malformed", original=b"%d" % i)
    assert len(sent(flaky)) == 2 * BATCH
    numbers = [int(record.value or b"") for record in read(log, "tasks")]
    assert numbers == list(range(2 * BATCH))
    assert flaky.commits >= 2, "both failures happened"


def test_a_log_whose_commits_keep_failing_is_given_up(log: EmbeddedLog) -> None:
    flaky = FlakyLog(log)
    flaky.fail = dict.fromkeys(range(50), "before")
    bury(log, "malformed")
    with pytest.raises(CommitUnknown):
        sent(flaky)
    assert flaky.commits == TRIES + 1


def test_two_at_once_are_refused_on_the_embedded_log(log: EmbeddedLog, path: Path) -> None:
    bury(log, "malformed", "malformed")
    with closing(resend(log, "poolwise")) as first, closing(EmbeddedLog(path)) as other:
        next(first)
        with pytest.raises(LogBusy, match="another"):
            sent(other)


def test_a_rule_that_no_letter_has_is_an_error_naming_the_nearest(log: EmbeddedLog) -> None:
    with pytest.raises(BadValue, match=r"no dead letter has the rule 'malformd'$"):
        sent(log, "malformd")
    bury(log, "malformed")
    with pytest.raises(BadValue, match="did you mean 'malformed'"):
        sent(log, "malformd")


def test_the_command_says_what_went_where_and_what_can_not_go(log: EmbeddedLog, path: Path) -> None:
    bury(log, "bad_field", "bad_field")
    log.write(
        [NewRecord("deadletters", None, encode(DeadLetter(rule="lost", message="0 to 3")), 1)]
    )
    dry = run(feed, path, "--from-deadletters", "--dry-run").output.splitlines()
    assert dry == [
        "deadletters/0 at 0, bad_field: would be sent to tasks",
        "deadletters/0 at 1, bad_field: would be sent to tasks",
        "deadletters/1 at 0, lost: cannot be sent: 0 to 3",
        "2 dead letters would be sent again (2 to tasks); 1 cannot be sent",
    ]
    done = run(feed, path, "--from-deadletters", "--rule", "bad_field").output
    assert done == "2 dead letters sent again (2 to tasks)\n"
    figures = json.loads(run(feed, path, "--from-deadletters", "--json").output)
    assert figures["sent"] == 0
    assert figures["not_sendable"] == 1
    assert figures["letters"][0]["place"] == "deadletters/1 at 0"
    assert run(feed, path, "--from-deadletters").output == "0 dead letters sent again\n"


def test_options_that_do_not_go_together_are_wrong_usage(path: Path) -> None:
    for words in (["f.jsonl", "--from-deadletters"], ["f.jsonl", "--rule", "x"], []):
        assert run(feed, path, *words).exit_code == 2
    assert not path.exists()
