"""Nothing is done twice, wherever the group's positions have gone: the desks keep them too."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from bandit.errors import LogError, StateError
from bandit.events import Ask, Tick
from streams.config.log_settings import LogSettings
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, Place
from streams.log.topics import TOPICS
from tests.faults.story import wait_until
from tests.streams.positions import (
    desk_positions,
    finish,
    forget,
    set_positions,
    works,
    write_desks_as_before,
    written,
)
from tests.streams.scenes import POOLS, events, label, letters, read, task, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.log.log import Log
    from tests.broker.broker import Broker

PARTITIONS = 2
FED = 30


def made(broker: Broker) -> KafkaLog:
    """Make a log on Kafka with topics of its own."""
    log = KafkaLog(f"kafka://{broker.address}/{uuid4().hex[:8]}", LogSettings())
    create_topics(log, PARTITIONS, 1)
    return log


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Open a log of either kind with pools and tasks in it."""
    if request.param == "embedded":
        path = tmp_path / "log.db"
        opened: Log = EmbeddedLog(path, PARTITIONS, create=True, synchronous="NORMAL")
    else:
        opened = made(request.getfixturevalue("broker"))
    with closing(opened):
        write(opened, *POOLS, *(task(f"t{i}") for i in range(FED)))
        opened.write([NewRecord("pools", b"bad", b"{oops")])
        yield opened


def told(log: Log) -> list[str]:
    """Let a worker do what there is to do; what it told of positions."""
    with capture_logs() as said:
        works(log)
    return sorted({one["event"] for one in said if one["event"].startswith("position_")})


def test_a_group_that_was_forgotten_does_nothing_twice(log: Log) -> None:
    finish(log)
    assert (before := written(log))[1:] == (FED, 1)
    assert all(one.keys() >= {"tasks", "labels"} for one in desk_positions(log))
    forget(log)
    assert told(log) == ["position_forgotten"]
    assert written(log) == before
    write(log, task("new"))
    assert told(log) == ["position_forgotten"]  # of the other partition
    assert written(log) == (before[0] + 1, *before[1:])


def test_a_group_that_was_set_back_does_nothing_twice(log: Log) -> None:
    finish(log)
    before = written(log)
    places = [Place(topic, part) for topic in ("tasks", "labels") for part in range(PARTITIONS)]
    set_positions(log, dict.fromkeys([*places, Place("pools", 0)], 0))
    assert told(log) == ["position_set_back"]
    assert written(log) == before


def test_what_an_operator_skips_is_skipped_and_told_once(log: Log) -> None:
    finish(log)
    before = written(log)
    at = {part: read_up_to["tasks"] for part, read_up_to in enumerate(desk_positions(log))}
    write(log, *(task(f"skipped{i}") for i in range(8)))
    ends = {part: log.follow("tasks", part).end() for part in range(PARTITIONS)}
    assert all(ends[part] > at[part] for part in at)
    set_positions(log, {Place("tasks", part): end for part, end in ends.items()})
    assert told(log) == ["position_set_forward"]
    assert written(log) == before
    write(log, *(task(f"new{i}") for i in range(8)))
    assert told(log) == ["position_set_forward"]  # nothing was committed before
    assert written(log) == (before[0] + 8, *before[1:])
    assert told(log) == []


def test_desks_from_before_the_upgrade_take_the_positions_of_the_group(log: Log) -> None:
    finish(log)
    before = written(log)
    write_desks_as_before(log)
    assert told(log) == []
    assert written(log) == before
    log.write([NewRecord("labels", None, b'{"type":"Tick","at":91}', p) for p in range(PARTITIONS)])
    works(log)
    forget(log)  # `tasks` did not move since the upgrade
    assert told(log) == ["position_forgotten"]
    assert written(log) == before


def test_a_desk_that_is_not_empty_needs_a_position(log: Log) -> None:
    finish(log)
    before = written(log)
    positions = {
        Place(topic, part): at
        for part, one in enumerate(desk_positions(log))
        for topic, at in one.items()
    }
    write_desks_as_before(log)
    forget(log)
    with pytest.raises(
        LogError, match=r"partition 0 of tasks and labels: .*; what to do: "
    ) as said:
        works(log)
    assert "\n" not in str(said.value)
    assert written(log) == before
    set_positions(log, positions)
    works(log)
    assert written(log) == before


def test_what_is_passed_over_is_in_the_desk_too(log: Log) -> None:
    """Dead letters, records in a wrong partition, and nothing else in the whole partition."""
    finish(log)
    for topic in ("tasks", "labels"):
        log.write([NewRecord(topic, b"x", b"{oops", part) for part in range(PARTITIONS)])
    stray = read(log, "tasks")[0]
    log.write([NewRecord("tasks", stray.key, stray.value, 1 - stray.partition)])
    works(log)
    before = written(log)
    assert before[2] == 1 + 2 * PARTITIONS
    forget(log)
    works(log)
    assert written(log) == before


def test_a_partition_that_only_had_poison_is_not_read_twice(log: Log) -> None:
    works(log)
    log.write([NewRecord("labels", b"x", b"{oops", part) for part in range(PARTITIONS)])
    works(log)
    before = written(log)
    forget(log)
    works(log)
    assert written(log) == before


@pytest.mark.kafka
def test_what_was_read_and_deleted_since_is_not_taken_for_lost(broker: Broker) -> None:
    """Without a position the group would begin at 0, and miss all that is gone."""
    with closing(made(broker)) as log:
        write(log, *POOLS, *(task(f"t{i}") for i in range(FED)))
        finish(log)
        before = written(log)
        positions = enumerate(desk_positions(log))
        gone = {log.names.place("tasks", part): at["tasks"] - 2 for part, at in positions}
        log.admin.delete_records(gone)
        forget(log)
        works(log)
        assert letters(log) == []
        assert written(log) == before


@pytest.mark.kafka
def test_what_was_deleted_unread_is_still_told(broker: Broker) -> None:
    with closing(made(broker)) as log:
        write(log, *POOLS, *(task(f"t{i}") for i in range(FED)))
        finish(log)
        write(log, *(task(f"gone{i}") for i in range(FED)))
        ends = {part: log.follow("tasks", part).end() for part in range(PARTITIONS)}
        log.admin.delete_records({log.names.place("tasks", p): end for p, end in ends.items()})
        forget(log)
        works(log)
        assert sorted((one.rule, one.partition) for one in letters(log)) == [
            ("lost", part) for part in range(PARTITIONS)
        ]
        assert [one["tasks"] for one in desk_positions(log)] == [ends[p] for p in sorted(ends)]
        write(log, *(task(f"new{i}") for i in range(8)))
        forget(log)
        works(log)
        assert len(letters(log)) == PARTITIONS


@pytest.mark.kafka
def test_partitions_that_were_added_while_the_group_was_forgotten_are_noticed(
    broker: Broker,
) -> None:
    """How many there were is noted with the group's positions, which are gone."""
    with closing(made(broker)) as log:
        write(log, *POOLS, *(task(f"t{i}") for i in range(FED)))
        works(log)
        forget(log)
        split = [log.names.on_broker(name) for name, topic in TOPICS.items() if topic.split]
        log.admin.create_partitions(dict.fromkeys(split, 3))
        with closing(KafkaLog(log.names.name, LogSettings())) as later:
            wait_until(lambda: later._count(split[-1]) == 3)
            with pytest.raises(StateError, match="desk was written with 2 partitions"):
                works(later)


def test_tasks_that_are_open_when_the_group_is_forgotten_are_finished(log: Log) -> None:
    works(log)
    (first, *others) = events(log, "asks", Ask)
    forget(log)
    write(log, label(first, 5.0), Tick(at=6.0))
    works(log)
    assert len(events(log, "asks", Ask)) == len(others) + 2
