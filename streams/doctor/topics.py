"""What doctor finds about the topics on Kafka: all there, split alike, kept and copied enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import UnknownTopicOrPartitionError

from streams.doctor.findings import Finding, broken, ok, warning
from streams.kafka_log.producer import BATCH_BYTES, MAX_RECORD_BYTES
from streams.kafka_log.topics import LOG_APPEND_TIME
from streams.log.retention import DAY_S, KEEP
from streams.log.topics import TASKS, TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.kafka_log.log import KafkaLog

    Described = Mapping[str, Mapping[str, Any]]
    Configs = Mapping[str, Mapping[str, str]]

TOPICS_CHECK, SETTINGS, COPIES = "topics", "topic settings", "copies"
MARGIN_BYTES = 12 * 1024
"""What stands around a record in what is sent: a broker compares the whole."""

SHORTEST_DRIFT_S = 60.0
"""Clocks differ by less; a broker that refuses records for less will refuse ours."""


def described(log: KafkaLog) -> dict[str, dict[str, Any]]:
    """Return what the cluster says of each of our topics that it knows, by our name."""
    found = log.admin.describe_topics([log.names.on_broker(name) for name in TOPICS])
    unknown = UnknownTopicOrPartitionError.errno
    return {log.names.ours(one["name"]): one for one in found if one["error_code"] != unknown}


def configs(log: KafkaLog, topics: Described) -> dict[str, dict[str, str]]:
    """Return the settings of each topic; of none whose settings may not be read."""
    names = [log.names.on_broker(name) for name in topics]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    if not resources:
        return {}
    found = log.admin.describe_configs(resources, config_filter="all").get("topic", {})
    return {
        log.names.ours(name): {key: one["value"] for key, one in given.items()}
        for name, given in found.items()
        if given
    }


def shape(topics: Described, make: str) -> Iterator[Finding]:
    """Say whether all topics are there, with the right number of partitions.

    `make` is the command that makes those that are missing.
    """
    missing = [name for name in TOPICS if name not in topics]
    if missing:
        yield broken(TOPICS_CHECK, f"not there yet: {', '.join(missing)}", f"make them: {make}")
    ways = {name: len(one["partitions"]) for name, one in topics.items() if one["partitions"]}
    split = {name: count for name, count in ways.items() if TOPICS[name].split}
    if len(set(split.values())) > 1:
        said = ", ".join(f"{name} {count}" for name, count in split.items())
        yield broken(
            TOPICS_CHECK,
            f"topics by task must be split alike, and their partitions are: {said}",
            "were partitions added? They can't be taken away: give the others as many if nothing"
            " was written yet, else see the finding about the group",
        )
    for name, count in ways.items():
        if count > 1 and not TOPICS[name].split:
            yield broken(
                TOPICS_CHECK,
                f"{name} has {count} partitions, and its order needs exactly one",
                f"stop everything, delete {name}, and make it again: {make}",
            )
    headless = [
        f"{name}/{part['partition_index']}"
        for name, one in topics.items()
        for part in one["partitions"]
        if part["leader_id"] < 0
    ]
    if headless:
        yield broken(
            TOPICS_CHECK,
            f"without a leader, so neither read nor written: {', '.join(headless)}",
            "start the brokers that have these partitions",
        )
    if not missing and not headless and len(ways) == len(TOPICS):
        yield ok(
            TOPICS_CHECK, f"all {len(topics)} are there; tasks are split {ways.get(TASKS, 0)} ways"
        )


def copies(topics: Described, settings: Configs) -> Iterator[Finding]:
    """Say whether a machine that is lost takes records with it."""
    few: dict[int, list[str]] = {}
    for name, one in topics.items():
        for part in one["partitions"][:1]:
            few.setdefault(len(part["replica_nodes"]), []).append(name)
    single = few.pop(1, [])
    if single:
        yield warning(
            COPIES,
            f"on one broker only: {_all_or(single, topics)}; its disk is all there is",
            "for production: three brokers, and topics made with --replication 3",
        )
    for count, names in few.items():
        needed = {
            name: int(settings[name]["min.insync.replicas"]) for name in names if name in settings
        }
        careless = [name for name, least in needed.items() if least < 2]
        stuck = [name for name, least in needed.items() if least >= count]
        if careless:
            yield warning(
                COPIES,
                f"min.insync.replicas = 1: {_all_or(careless, topics)}; an acknowledged record may"
                " be on one broker only",
                "set min.insync.replicas = 2 on them",
            )
        if stuck:
            yield warning(
                COPIES,
                f"min.insync.replicas is as many as there are copies ({count}):"
                f" {_all_or(stuck, topics)}; one broker down stops all writing",
                "more copies, or a smaller min.insync.replicas",
            )
        if not careless and not stuck:
            yield ok(COPIES, f"{count} of each record: {_all_or(names, topics)}")
    behind = [
        f"{name}/{part['partition_index']}"
        for name, one in topics.items()
        for part in one["partitions"]
        if len(part["isr_nodes"]) < len(part["replica_nodes"])
    ]
    if behind:
        yield warning(
            COPIES,
            f"a broker is behind or away, copies are missing: {', '.join(behind)}",
            "start it, or look at its disk and network",
        )


def settings(topics: Described, given: Configs, alter: str) -> Iterator[Finding]:
    """Say whether records are kept, compacted and taken as they must be.

    `alter` is how the command that changes a topic begins.
    """
    hidden = [name for name, one in topics.items() if one["partitions"] and name not in given]
    if hidden:
        yield warning(
            SETTINGS,
            f"may not be read, so not looked at: {_all_or(hidden, topics)}",
            "allow DescribeConfigs on the topics",
        )
    well = True
    for name, one in given.items():
        command = f"{alter} --entity-name {topics[name]['name']} --add-config"
        for say, found in ((broken, _wrong(name, one)), (warning, _doubtful(name, one))):
            for what, change in found:
                well = False
                yield say(SETTINGS, f"{name}: {what}", f"{command} {change}")
    if given and well:
        yield ok(SETTINGS, "kept, compacted and taken as they must be")


def _wrong(name: str, one: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What loses records, or refuses them: what is so, and the setting that mends it."""
    policy = one["cleanup.policy"]
    if TOPICS[name].compacted and policy != "compact":
        yield f"cleanup.policy = {policy} deletes what is still needed", "cleanup.policy=compact"
    if not TOPICS[name].compacted and "compact" in policy:
        yield f"cleanup.policy = {policy} keeps one record a key of many", "cleanup.policy=delete"
    least = MAX_RECORD_BYTES + MARGIN_BYTES
    most = int(one["max.message.bytes"])
    if most < BATCH_BYTES + MARGIN_BYTES or (name == "models" and most < least):
        yield (
            f"max.message.bytes = {most} is less than what we write at a time",
            f"max.message.bytes={1024 * 1024 + 12}",
        )


def _doubtful(name: str, one: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    most = int(one["max.message.bytes"])
    if name != "models" and BATCH_BYTES + MARGIN_BYTES <= most < MAX_RECORD_BYTES + MARGIN_BYTES:
        yield (
            f"max.message.bytes = {most}: outputs that are larger become dead letters",
            f"max.message.bytes={1024 * 1024 + 12}",
        )
    if TOPICS[name].stamped and one["message.timestamp.type"] != LOG_APPEND_TIME:
        said = f"message.timestamp.type = {one['message.timestamp.type']}"
        yield (
            f"{said}: the clocks of workers aren't compared with the broker's",
            f"message.timestamp.type={LOG_APPEND_TIME}",
        )
    for way in ("before", "after"):
        key = f"message.timestamp.{way}.max.ms"
        if key in one and int(one[key]) < SHORTEST_DRIFT_S * 1000:
            yield (
                f"{key} = {one[key]}: our records are refused as soon as clocks differ by so much",
                f"{key}=3600000",
            )
    if not TOPICS[name].compacted:
        if int(one["retention.bytes"]) >= 0:
            yield (
                f"retention.bytes = {one['retention.bytes']} deletes by size, read or not",
                "retention.bytes=-1",
            )
        if _short(name, one):
            keep, kept_days = KEEP[name], int(one["retention.ms"]) / 1000 / DAY_S
            said = f"retention.ms = {one['retention.ms']} is {kept_days:.1f} days"
            yield (
                f"{said}, and {keep.days:.0f} are recommended: {keep.why}",
                f"retention.ms={int(keep.seconds * 1000)}",
            )


def _short(name: str, one: Mapping[str, str]) -> bool:
    kept_ms = int(one["retention.ms"])
    return 0 <= kept_ms < KEEP[name].seconds * 1000


def _all_or(names: list[str], topics: Described) -> str:
    return "all topics" if len(names) == len(topics) else ", ".join(names)
