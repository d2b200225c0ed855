"""What doctor finds about the group on Kafka: who works, how far, and on how many partitions."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import OffsetSpec

from streams.config.log_settings import KAFKA
from streams.doctor.findings import Finding, broken, ok, warning
from streams.kafka_log.connecting.connection import parse_address
from streams.kafka_log.partition_counts import NOTE
from streams.log.log import Place
from streams.log.topics import SHARED, TASKS
from streams.process.showing import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.log import KafkaLog

    Described = Mapping[str, Mapping[str, Any]]

GROUP, TRANSACTIONS = "group", "transactions"
TRIES = 5
"""The topic of the groups' positions is made at its first use; that takes a moment."""

FEW = 100
"""Offsets that may be marks of transactions alone, so it is worth looking."""

READ_S = 2.0
"""Longest time for that."""

LATE_S = 30.0
"""A broker looks every ten seconds for transactions that have come to their end."""


def group(log: KafkaLog, name: str, topics: Described) -> Iterator[Finding]:
    """Say who is in the group, what waits for it, and whether partitions were added."""
    there = log.names.on_broker(name)
    described, committed = asked(log, there)
    count = len(described["members"])
    ours = [log.names.on_broker(topic) for topic in SHARED]
    positions = {place: one for place, one in committed.items() if place.topic in ours}
    yield from _split_anew(log, topics, positions)
    ends = log.admin.list_partition_offsets(
        {
            TopicPartition(log.names.on_broker(topic), part["partition_index"]): OffsetSpec.LATEST
            for topic in SHARED
            for part in topics[topic]["partitions"]
        }
    )
    read = {place: max(one.offset, 0) for place, one in positions.items()}
    readable = [
        topic for topic in SHARED if "READ" in (topics[topic]["authorized_operations"] or ())
    ]
    until, waiting, about = time.monotonic() + READ_S, 0, ""
    for place, end in ends.items():
        topic, behind = log.names.ours(place.topic), end.offset - read.get(place, 0)
        if 0 < behind <= FEW and topic in readable and time.monotonic() < until:
            waiting += _unread(log, Place(topic, place.partition), read.get(place, 0), until)
        elif behind > 0:
            waiting, about = waiting + behind, "about "
    said = f"{there!r} has {counted(count, 'member')}; {about}{waiting} unread"
    if waiting and not count:
        yield warning(GROUP, said, f"start a worker: poolwise work {log.names.name}")
    else:
        yield ok(GROUP, said)


def members(log: KafkaLog, name: str) -> int | None:
    """Count the group's members; `None` where this user may not know."""
    try:
        return len(asked(log, log.names.on_broker(name))[0]["members"])
    except kafka_errors.AuthorizationError:
        return None


def transactions(
    log: KafkaLog, topics: Described, settings: LogSettings, now: float
) -> Iterator[Finding]:
    """Say which transactions are open for longer than a broker should let them."""
    places = [
        TopicPartition(log.names.on_broker(name), part["partition_index"])
        for name, one in topics.items()
        if "READ" in (one["authorized_operations"] or ())
        for part in one["partitions"]
    ]
    if not places:
        yield ok(TRANSACTIONS, "not looked at: this user may read no topic")
        return
    try:
        found = log.admin.describe_producers(places)
    except kafka_errors.UnsupportedVersionError:
        yield ok(TRANSACTIONS, "not looked at: this Kafka, older than 2.8, doesn't tell")
        return
    limit_s = settings.transaction_timeout_s + LATE_S
    hanging = 0
    for place, state in found.items():
        for one in state.active_producers:
            age_s = now - one.last_timestamp / 1000
            if one.current_transaction_start_offset >= 0 and age_s > limit_s:
                hanging += 1
                yield broken(
                    TRANSACTIONS,
                    f"{place.topic}/{place.partition}: a transaction is open since"
                    f" {age_s:.0f} s ago; nobody reads past it",
                    "kafka-transactions abort --topic"
                    f" {place.topic} --partition {place.partition} --start-offset"
                    f" {one.current_transaction_start_offset}, once its writer is stopped",
                )
    if not hanging:
        yield ok(TRANSACTIONS, f"none is open for longer than {limit_s:g} s")


def _unread(log: KafkaLog, place: Place, position: int, until: float) -> int:
    """Count the records behind a position; marks of transactions have offsets too."""
    found = 0
    with closing(log.follow(*place, position)) as reader:
        end = reader.end()
        while reader.position < end and time.monotonic() < until:
            found += len(reader.poll(FEW, 0.1))
    return found


def asked(log: KafkaLog, there: str) -> tuple[dict[str, Any], dict[TopicPartition, Any]]:
    """Return what the cluster says of a group, and its positions."""
    for left in reversed(range(TRIES)):
        try:
            described = log.admin.describe_groups([there])[there]
            return described, log.admin.list_group_offsets([there])[there]
        except kafka_errors.GroupIdNotFoundError:
            return {"members": []}, {}
        except kafka_errors.RetriableError:
            if not left:
                raise
            time.sleep(0.3)
    raise AssertionError


def _split_anew(
    log: KafkaLog, topics: Described, positions: Mapping[TopicPartition, Any]
) -> Iterator[Finding]:
    """Compare the number of partitions with the one that was committed with the positions."""
    now = len(topics[TASKS]["partitions"])
    noted = {
        int(one.metadata.removeprefix(NOTE))
        for one in positions.values()
        if one.metadata and one.metadata.startswith(NOTE)
    }
    if noted <= {now}:
        return
    before = min(noted - {now})
    servers = ",".join(parse_address(log.names.name).servers)
    yield broken(
        GROUP,
        f"tasks were split {before} ways when the group last read, and are {now} ways now:"
        " labels would not find their tasks, so workers refuse to start",
        "Kafka can't take partitions away. Make topics anew under another prefix (poolwise doctor"
        f" {KAFKA}{servers}/NEW --create-topics --partitions {now}), feed them the pools and the"
        " tasks that are open, and send workers and pools there",
    )
