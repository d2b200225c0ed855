"""What doctor finds about positions on Kafka: how long it keeps them, and whether desks agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import errors as kafka_errors
from kafka.admin import ConfigResource, ConfigResourceType

from streams.doctor.findings import Finding, broken, ok, warning
from streams.doctor.group import asked
from streams.log.retention import DAY_S
from streams.log.topics import DEADLETTERS, SHARED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.doctor.retention import Desk
    from streams.kafka_log.log import KafkaLog

POSITIONS = "positions"
RETENTION = "offsets.retention.minutes"


def positions(
    log: KafkaLog, name: str, desks: Mapping[int, Desk], kept_s: Mapping[str, float]
) -> Iterator[Finding]:
    """Compare the group's positions with the desks', and their retention with what needs it.

    Parameters
    ----------
    log
        The log.
    name
        Of the group.
    desks
        By partition, as far as they could be read.
    kept_s
        How long topics keep records, in seconds.
    """
    committed = asked(log, log.names.on_broker(name))[1]
    nowhere, forgotten, behind = [], [], []
    for partition, desk in desks.items():
        places = {topic: log.names.place(topic, partition) for topic in SHARED}
        group = {topic: committed[at].offset for topic, at in places.items() if at in committed}
        own = {topic: desk.positions[topic] for topic in SHARED if topic in desk.positions}
        if not group and not own and (desk.now is not None or desk.open_tasks):
            nowhere.append(partition)
        elif not group and own:
            forgotten.append(partition)
        elif any(group.get(topic, 0) < at for topic, at in own.items()):
            behind.append(partition)
    yield from _without(name, nowhere, forgotten, behind)
    yield from _retention(log, name, kept_s)


def _without(
    name: str, nowhere: list[int], forgotten: list[int], behind: list[int]
) -> Iterator[Finding]:
    if nowhere:
        yield broken(
            POSITIONS,
            f"partitions {_listed(nowhere)}: the desks hold tasks or the time, and neither they nor"
            f" group {name!r} say up to where tasks and labels were read: workers refuse to start",
            "set the group's positions to where the last worker stopped: kafka-consumer-groups"
            " --reset-offsets --to-datetime ... --execute",
        )
    for found, what in ((forgotten, "has no positions"), (behind, "is behind its desks")):
        if found:
            yield warning(
                POSITIONS,
                f"partitions {_listed(found)}: group {name!r} {what}; workers read on where the"
                " desks say, and do nothing twice",
                "start the workers; to have it read again on purpose, begin with new topics",
            )


def _retention(log: KafkaLog, name: str, kept_s: Mapping[str, float]) -> Iterator[Finding]:
    days = _retention_days(log)
    if days is None:
        yield ok(POSITIONS, f"{RETENTION} not looked at: this user may not describe the brokers")
        return
    said = f"kept for {days:.1f} days after a group's last member has left ({RETENTION})"
    letters_days = kept_s.get(DEADLETTERS, float("inf")) / DAY_S
    resending = f"{log.names.on_broker(name)}-{DEADLETTERS}-"
    groups = [one["group_id"] for one in log.admin.list_groups()]
    if days < letters_days and any(one.startswith(resending) for one in groups):
        yield warning(
            POSITIONS,
            f"{said}, and dead letters for {letters_days:.1f}: `feed --from-deadletters` would send"
            " again what it sent before that",
            f"a longer {RETENTION} on the brokers, or give the command --since",
        )
    else:
        yield ok(POSITIONS, f"{said}; desks keep those of workers as long as it takes")


def _retention_days(log: KafkaLog) -> float | None:
    """Return the shortest that a broker is told; `None` where this user may not know."""
    try:
        brokers = log.admin.describe_cluster()["brokers"]
        asked_of = [
            ConfigResource(ConfigResourceType.BROKER, str(one["broker_id"])) for one in brokers
        ]
        found = log.admin.describe_configs(asked_of, config_filter="all").get("broker", {})
    except kafka_errors.AuthorizationError:
        return None
    minutes = [int(one[RETENTION]["value"]) for one in found.values() if RETENTION in one]
    return min(minutes) / (24 * 60) if minutes else None


def _listed(partitions: list[int]) -> str:
    return ", ".join(map(str, sorted(partitions)))
