"""What the tests of positions share: finished tasks, and ways to change where a group is."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import msgspec
from kafka.structs import OffsetAndMetadata

from bandit.events import Ask, Tick, Verdict
from bandit.settings import MemorySettings
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.log import KafkaLog
from streams.log.codec import encode
from streams.log.log import NewRecord, Place
from streams.log.topics import DESK, LABELS
from tests.streams.scenes import SETTINGS, events, label, letters, read, worker, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.log.log import Log
    from streams.worker.worker import Worker

GROUP = "poolwise"
FORGETFUL = msgspec.structs.replace(SETTINGS, memory=MemorySettings(remember_closed_s=60.0))
"""Closed tasks are let go soon, as those of last week are."""


def hired(log: Log) -> Worker:
    """Start a worker."""
    return worker(log, engine_maker(FORGETFUL, log.partitions("tasks")))


def works(log: Log) -> None:
    """Let a worker do all there is to do."""
    with closing(hired(log)) as working:
        working.run(until_idle=True)


def finish(log: Log) -> None:
    """Let the tasks that were fed be answered, and be forgotten by their desks."""
    answered: set[tuple[str, int]] = set()
    with closing(hired(log)) as working:
        working.run(until_idle=True)
        while new := [
            ask for ask in events(log, "asks", Ask) if (ask.task, ask.ask) not in answered
        ]:
            write(log, *(label(ask, 5.0) for ask in new))
            answered |= {(ask.task, ask.ask) for ask in new}
            working.run(until_idle=True)
        for at in (10.0, 20.0, 90.0):
            tick = encode(Tick(at=at))
            partitions = range(log.partitions(LABELS))
            log.write([NewRecord(LABELS, None, tick, part) for part in partitions])
        working.run(until_idle=True)


def written(log: Log) -> tuple[int, int, int]:
    """Count asks, verdicts and dead letters."""
    return len(events(log, "asks", Ask)), len(events(log, "verdicts", Verdict)), len(letters(log))


def forget(log: Log) -> None:
    """Do to the group what Kafka does when it has had no member for a week."""
    if isinstance(log, KafkaLog):
        log.admin.delete_groups([log.names.on_broker(GROUP)])
    else:
        assert isinstance(log, EmbeddedLog)
        with log.transaction():
            log.connection.execute("DELETE FROM positions")


def set_positions(log: Log, positions: Mapping[Place, int]) -> None:
    """Set the group's positions, as `kafka-consumer-groups --reset-offsets` does."""
    if isinstance(log, KafkaLog):
        offsets = {
            log.names.place(*place): OffsetAndMetadata(at, "", -1)
            for place, at in positions.items()
        }
        log.admin.alter_group_offsets(log.names.on_broker(GROUP), offsets)
    else:
        assert isinstance(log, EmbeddedLog)
        rows = [(GROUP, *place, at) for place, at in positions.items()]
        with log.transaction():
            log.connection.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)", rows)


def desk_positions(log: Log) -> list[dict[str, int]]:
    """Return what each partition's desk says of its positions."""
    desks = [record for record in read(log, DESK) if record.key == b"desk"]
    newest = {record.partition: record.value or b"" for record in desks}
    return [msgspec.json.decode(newest[part]).get("positions", {}) for part in sorted(newest)]


def write_desks_as_before(log: Log) -> None:
    """Write each desk as the release did that did not keep positions."""
    desks = [record for record in read(log, DESK) if record.key == b"desk"]
    newest = {record.partition: record.value or b"" for record in desks}
    for partition, value in newest.items():
        state = msgspec.json.decode(value)
        del state["positions"]
        log.write([NewRecord(DESK, b"desk", msgspec.json.encode(state), partition)])
