"""Checks of the group on Kafka: its members, its lag, and the number of partitions."""

from __future__ import annotations

import shlex
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import OffsetSpec

from bandit.counted import counted
from streams.config.log_settings import KAFKA
from streams.doctor.findings import DoctorFinding, broken, duration, ok, warning
from streams.kafka_log.connecting.connection import parse_address
from streams.kafka_log.partition_counts import NOTE
from streams.log.log import Place
from streams.log.topics import SHARED, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.log import KafkaLog

    Described = Mapping[str, Mapping[str, Any]]

GROUP, TRANSACTIONS = "group", "transactions"
TRIES = 5
"""The topic of the groups' positions is made at its first use; that takes a moment."""

FEW = 100
"""Offsets that may all be markers of transactions, so the records are counted."""

READ_S = 2.0
"""Longest time for that."""

LATE_S = 30.0
"""A broker looks for expired transactions every ten seconds."""


def group(log: KafkaLog, name: str, topics: Described) -> Iterator[DoctorFinding]:
    """Count members and unread records, and check whether partitions were added."""
    there = log.names.on_broker(name)
    described, committed = describe_group(log, there)
    count = len(described["members"])
    ours = [log.names.on_broker(topic) for topic in SHARED]
    positions = {place: offset for place, offset in committed.items() if place.topic in ours}
    yield from _repartitioned(log, topics, positions)
    ends = log.admin.list_partition_offsets(
        {
            TopicPartition(log.names.on_broker(topic), part["partition_index"]): OffsetSpec.LATEST
            for topic in SHARED
            for part in topics[topic]["partitions"]
        }
    )
    read = {place: max(offset.offset, 0) for place, offset in positions.items()}
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
    summary = f"group {there!r} has {counted(count, 'member')};"
    summary += f" {about}{counted(waiting, 'record')} not read yet"
    if waiting and not count:
        yield warning(
            GROUP, summary, f"start a worker: poolwise work {shlex.quote(log.names.name)}"
        )
    else:
        yield ok(GROUP, summary)


def members(log: KafkaLog, name: str) -> int | None:
    """Count the group's members; `None` where this user may not know."""
    try:
        return len(describe_group(log, log.names.on_broker(name))[0]["members"])
    except kafka_errors.AuthorizationError:
        return None


def transactions(
    log: KafkaLog, topics: Described, settings: LogSettings, now: float
) -> Iterator[DoctorFinding]:
    """Look for transactions that are open for longer than a broker should allow."""
    places = [
        TopicPartition(log.names.on_broker(name), part["partition_index"])
        for name, topic in topics.items()
        if "READ" in (topic["authorized_operations"] or ())
        for part in topic["partitions"]
    ]
    if not places:
        yield ok(TRANSACTIONS, "not checked: this user may not read any topic")
        return
    try:
        producers = log.admin.describe_producers(places)
    except kafka_errors.UnsupportedVersionError:
        yield ok(TRANSACTIONS, "not checked: Kafka before 2.8 does not report transactions")
        return
    limit_s = settings.transaction_timeout_s + LATE_S
    hanging, server = 0, parse_address(settings.address).servers[0]
    for place, state in producers.items():
        for producer in state.active_producers:
            age_s = now - producer.last_timestamp / 1000
            if producer.current_transaction_start_offset >= 0 and age_s > limit_s:
                hanging += 1
                yield broken(
                    TRANSACTIONS,
                    f"{place.topic}/{place.partition}: a transaction has been open for"
                    f" {duration(age_s)}; readers cannot read past it",
                    f"stop its writer, then run: kafka-transactions --bootstrap-server {server}"
                    f" abort --topic {place.topic} --partition {place.partition} --start-offset"
                    f" {producer.current_transaction_start_offset}",
                )
    if not hanging:
        yield ok(TRANSACTIONS, f"none open for longer than {limit_s:g} s")


def _unread(log: KafkaLog, place: Place, position: int, until: float) -> int:
    """Count the records from a position on; markers of transactions have offsets too."""
    count = 0
    with closing(log.follow(*place, position)) as reader:
        end = reader.end()
        while reader.position < end and time.monotonic() < until:
            count += len(reader.poll(FEW, 0.1))
    return count


def describe_group(log: KafkaLog, there: str) -> tuple[dict[str, Any], dict[TopicPartition, Any]]:
    """Return the description of a group, and its committed offsets."""
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


def _repartitioned(
    log: KafkaLog, topics: Described, positions: Mapping[TopicPartition, Any]
) -> Iterator[DoctorFinding]:
    """Compare the number of partitions with the one that was committed with the positions."""
    now = len(topics[TASKS]["partitions"])
    noted = {
        int(offset.metadata.removeprefix(NOTE))
        for offset in positions.values()
        if offset.metadata and offset.metadata.startswith(NOTE)
    }
    if noted <= {now}:
        return
    before = min(noted - {now})
    servers = ",".join(parse_address(log.names.name).servers)
    yield broken(
        GROUP,
        f"tasks had {counted(before, 'partition')} when the group last read, and {now} now: labels"
        " would be sent to a partition without their task, so workers refuse to start",
        "Kafka cannot remove partitions. Create topics under a new prefix: poolwise doctor"
        f" {KAFKA}{servers}/NEW --create-topics --partitions {now}; feed them the pools and the"
        " open tasks, and point workers and pools to the new prefix",
    )
