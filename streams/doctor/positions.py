"""Checks of the group's committed offsets: their retention, and whether any are missing."""

from __future__ import annotations

import shlex
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from bandit.days import DAY_S
from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.doctor.group import describe_group
from streams.kafka_log.connecting.connection import parse_address
from streams.log.topics import DEADLETTERS, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.doctor.desk_records import PartitionRecord
    from streams.kafka_log.log import KafkaLog

POSITIONS = "positions"
RETENTION = "offsets.retention.minutes"
LONGEST_MIN = 2**31 - 1
"""Longest retention that a broker takes, in minutes."""


def positions(
    log: KafkaLog, name: str, states: Mapping[int, PartitionRecord], kept_s: Mapping[str, float]
) -> Iterator[DoctorFinding]:
    """Compare the group's committed offsets with those in `desk`, and check their retention.

    Parameters
    ----------
    log
        The log.
    name
        Of the group.
    states
        State of the partitions in `desk`, as far as it could be read.
    kept_s
        How long topics keep records, in seconds.
    """
    committed = describe_group(log, log.names.on_broker(name))[1]
    nowhere, forgotten, behind = [], [], []
    for partition, state in states.items():
        places = {topic: log.names.place(topic, partition) for topic in SHARED}
        group = {topic: committed[at].offset for topic, at in places.items() if at in committed}
        own = {topic: state.positions[topic] for topic in SHARED if topic in state.positions}
        if not group and not own and (state.now is not None or state.open_tasks):
            nowhere.append(partition)
        elif not group and own:
            forgotten.append(partition)
        elif any(group.get(topic, 0) < at for topic, at in own.items()):
            behind.append(partition)
    yield from _without(name, nowhere, forgotten, behind, _resetting(log, name, nowhere, states))
    yield from _retention(log, name, kept_s)


def _without(
    name: str, nowhere: list[int], forgotten: list[int], behind: list[int], command: str
) -> Iterator[DoctorFinding]:
    if nowhere:
        yield broken(
            POSITIONS,
            f"partitions {_listed(nowhere)}: there is state in topic desk, but neither it nor group"
            f" {name!r} has the offsets read of tasks and labels: workers refuse to start",
            "stop all workers, then set the group's offsets to where the last one stopped:"
            f" {command}; with --execute instead of --dry-run if the new offsets are right"
            " (docs/operator.md, Where reading resumes)",
        )
    for partitions, what in (
        (forgotten, "has no committed offsets"),
        (behind, "has committed offsets that are behind those in topic desk"),
    ):
        if partitions:
            yield warning(
                POSITIONS,
                f"partitions {_listed(partitions)}: group {name!r} {what}; workers resume"
                " from those in topic desk, and process nothing twice",
                "start the workers; to process records again on purpose, use new topics",
            )


def _resetting(
    log: KafkaLog, name: str, partitions: list[int], states: Mapping[int, PartitionRecord]
) -> str:
    """Return the command that sets offsets to the earliest last tick of these partitions."""
    servers = ",".join(parse_address(log.names.name).servers)
    listed = ",".join(map(str, sorted(partitions)))
    topics = " ".join(f"--topic {log.names.on_broker(topic)}:{listed}" for topic in SHARED)
    ticks = [at for partition in partitions if (at := states[partition].now) is not None]
    stopped = datetime.fromtimestamp(max(0.0, min([*ticks, time.time()])), UTC)
    return (
        f"kafka-consumer-groups --bootstrap-server {servers} --group {log.names.on_broker(name)}"
        f" {topics} --reset-offsets --to-datetime {stopped:%Y-%m-%dT%H:%M:%S}.000 --dry-run"
    )


def _retention(log: KafkaLog, name: str, kept_s: Mapping[str, float]) -> Iterator[DoctorFinding]:
    days = _retention_days(log)
    if days is None:
        yield ok(POSITIONS, f"{RETENTION} not checked: this user may not describe the brokers")
        return
    kept = f"kept for {days:.1f} days after a group's last member has left ({RETENTION})"
    letters_days = kept_s.get(DEADLETTERS, float("inf")) / DAY_S
    resending = f"{log.names.on_broker(name)}-{DEADLETTERS}-"
    groups = [group["group_id"] for group in log.admin.list_groups()]
    if days < letters_days and any(group.startswith(resending) for group in groups):
        yield warning(
            POSITIONS,
            f"{kept}, but dead letters for {letters_days:.1f} days: after the shorter time, feed"
            " --from-deadletters would send letters again that it has already sent",
            f"set {RETENTION}={min(letters_days * 24 * 60, LONGEST_MIN):.0f} on the brokers; or,"
            " with the offset of the first letter to send:"
            f" poolwise feed {shlex.quote(log.names.name)} --from-deadletters --since OFFSET",
        )
    else:
        yield ok(
            POSITIONS, f"{kept}; workers also store theirs in topic desk, where they do not expire"
        )


def _retention_days(log: KafkaLog) -> float | None:
    """Return the shortest retention of any broker; `None` where this user may not know."""
    try:
        brokers = log.admin.describe_cluster()["brokers"]
        resources = [
            ConfigResource(ConfigResourceType.BROKER, str(broker["broker_id"]))
            for broker in brokers
        ]
        configs = log.admin.describe_configs(resources, config_filter="all").get("broker", {})
    except kafka_errors.AuthorizationError:
        return None
    minutes = [
        int(config[RETENTION]["value"]) for config in configs.values() if RETENTION in config
    ]
    return min(minutes) / (24 * 60) if minutes else None


def _listed(partitions: list[int]) -> str:
    return ", ".join(map(str, sorted(partitions)))
