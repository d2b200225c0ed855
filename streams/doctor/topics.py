"""Checks of the topics on Kafka: existence, partitions, replicas and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import UnknownTopicOrPartitionError

from bandit.counted import counted
from bandit.days import DAY_S
from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.kafka_log.producer import BATCH_BYTES, MAX_RECORD_BYTES
from streams.kafka_log.topics import LOG_APPEND_TIME
from streams.log.retention import KEEP
from streams.log.topics import TASKS, TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.kafka_log.log import KafkaLog

    Described = Mapping[str, Mapping[str, Any]]
    Configs = Mapping[str, Mapping[str, str]]

TOPICS_CHECK, SETTINGS, COPIES = "topics", "topic settings", "copies"
MARGIN_BYTES = 12 * 1024
"""Overhead of a batch: a broker compares the size of the whole."""

SHORTEST_DRIFT_S = 60.0
"""Clocks differ by less; with a smaller limit a broker would refuse our records."""


def described(log: KafkaLog) -> dict[str, dict[str, Any]]:
    """Return the cluster's description of each existing topic, by our name."""
    topics = log.admin.describe_topics([log.names.on_broker(name) for name in TOPICS])
    unknown = UnknownTopicOrPartitionError.errno
    return {
        log.names.ours(topic["name"]): topic for topic in topics if topic["error_code"] != unknown
    }


def configs(log: KafkaLog, topics: Described) -> dict[str, dict[str, str]]:
    """Return the settings of each topic, except where this user may not read them."""
    names = [log.names.on_broker(name) for name in topics]
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    if not resources:
        return {}
    by_name = log.admin.describe_configs(resources, config_filter="all").get("topic", {})
    return {
        log.names.ours(name): {key: entry["value"] for key, entry in entries.items()}
        for name, entries in by_name.items()
        if entries
    }


def shape(topics: Described, create: str) -> Iterator[DoctorFinding]:
    """Check that all topics exist and have the right number of partitions.

    `create` is the command that creates missing topics.
    """
    missing = [name for name in TOPICS if name not in topics]
    if missing:
        yield broken(
            TOPICS_CHECK, f"missing topics: {', '.join(missing)}", f"create them: {create}"
        )
    counts = {name: len(topic["partitions"]) for name, topic in topics.items()}
    counts = {name: count for name, count in counts.items() if count}
    split = {name: count for name, count in counts.items() if TOPICS[name].split}
    if len(set(split.values())) > 1:
        listed = ", ".join(f"{name} {count}" for name, count in split.items())
        yield broken(
            TOPICS_CHECK,
            f"topics keyed by task need equal numbers of partitions, but have: {listed}",
            "Kafka cannot remove partitions that were added: if nothing was written yet, give the"
            " other topics as many; else see the finding about the group",
        )
    for name, count in counts.items():
        if count > 1 and not TOPICS[name].split:
            yield broken(
                TOPICS_CHECK,
                f"{name} has {count} partitions, but needs exactly one: the order of its"
                " records counts",
                f"stop all workers, delete {name}, and create it again: {create}",
            )
    headless = [
        f"{name}/{part['partition_index']}"
        for name, topic in topics.items()
        for part in topic["partitions"]
        if part["leader_id"] < 0
    ]
    if headless:
        yield broken(
            TOPICS_CHECK,
            f"partitions without a leader can be neither read nor written: {', '.join(headless)}",
            "start the brokers that host these partitions",
        )
    if not missing and not headless and len(counts) == len(TOPICS):
        yield ok(
            TOPICS_CHECK,
            f"all {len(topics)} exist; tasks: {counted(counts.get(TASKS, 0), 'partition')}",
        )


def copies(topics: Described, settings: Configs, alter: str) -> Iterator[DoctorFinding]:
    """Check that the loss of one machine loses no records.

    `alter` is the beginning of the command that changes a topic.
    """
    few: dict[int, list[str]] = {}
    for name, topic in topics.items():
        for part in topic["partitions"][:1]:
            few.setdefault(len(part["replica_nodes"]), []).append(name)
    single = few.pop(1, [])
    if single:
        yield warning(
            COPIES,
            f"one replica only: {_all_or(single, topics)}; if its disk fails, the records are lost",
            "for production: three brokers, and topics created with --replication 3",
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
                f"min.insync.replicas = 1: {_all_or(careless, topics)}; acknowledged records may be"
                " on one broker only",
                _for_each(careless, topics, f"{alter} --add-config min.insync.replicas=2"),
            )
        if stuck:
            yield warning(
                COPIES,
                f"min.insync.replicas equals the number of replicas ({count}):"
                f" {_all_or(stuck, topics)}; nothing can be written while a broker is down",
                "add replicas, or: "
                + _for_each(stuck, topics, f"{alter} --add-config min.insync.replicas={count - 1}"),
            )
        if not careless and not stuck:
            yield ok(COPIES, f"{count} replicas: {_all_or(names, topics)}")
    behind = [
        f"{name}/{part['partition_index']}"
        for name, topic in topics.items()
        for part in topic["partitions"]
        if len(part["isr_nodes"]) < len(part["replica_nodes"])
    ]
    if behind:
        yield warning(
            COPIES,
            f"replicas not in sync, as a broker is slow or down: {', '.join(behind)}",
            "start that broker, or check its disk and network",
        )


def settings(topics: Described, by_name: Configs, alter: str) -> Iterator[DoctorFinding]:
    """Check retention, compaction, record size and timestamps of the topics.

    `alter` is the beginning of the command that changes a topic.
    """
    hidden = [name for name, topic in topics.items() if topic["partitions"] and name not in by_name]
    if hidden:
        yield warning(
            SETTINGS,
            f"not checked, as this user may not read them: {_all_or(hidden, topics)}",
            "allow DescribeConfigs on the topics",
        )
    well = True
    for name, config in by_name.items():
        command = f"{alter} --entity-name {topics[name]['name']} --add-config"
        for report, problems in (
            (broken, _wrong(name, config)),
            (warning, _doubtful(name, config)),
        ):
            for what, change in problems:
                well = False
                yield report(SETTINGS, f"{name}: {what}", f"{command} {change}")
    if by_name and well:
        yield ok(SETTINGS, "retention, compaction and record size are as required")


def _wrong(name: str, config: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield settings that lose or refuse records: the problem, and the setting that solves it."""
    policy = config["cleanup.policy"]
    if TOPICS[name].compacted and policy != "compact":
        yield (
            f"cleanup.policy = {policy} deletes records that are still needed",
            "cleanup.policy=compact",
        )
    if not TOPICS[name].compacted and "compact" in policy:
        yield f"cleanup.policy = {policy} keeps only one record per key", "cleanup.policy=delete"
    least = MAX_RECORD_BYTES + MARGIN_BYTES
    most = int(config["max.message.bytes"])
    if most < BATCH_BYTES + MARGIN_BYTES or (name == "models" and most < least):
        yield (
            f"max.message.bytes = {most} is less than the size of a batch that poolwise writes",
            f"max.message.bytes={1024 * 1024 + 12}",
        )


def _doubtful(name: str, config: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    most = int(config["max.message.bytes"])
    if name != "models" and BATCH_BYTES + MARGIN_BYTES <= most < MAX_RECORD_BYTES + MARGIN_BYTES:
        yield (
            f"max.message.bytes = {most}: larger outputs become dead letters",
            f"max.message.bytes={1024 * 1024 + 12}",
        )
    if TOPICS[name].stamped and config["message.timestamp.type"] != LOG_APPEND_TIME:
        setting = f"message.timestamp.type = {config['message.timestamp.type']}"
        yield (
            f"{setting}: the clocks of workers are not compared with the broker's",
            f"message.timestamp.type={LOG_APPEND_TIME}",
        )
    for side in ("before", "after"):
        key = f"message.timestamp.{side}.max.ms"
        if key in config and int(config[key]) < SHORTEST_DRIFT_S * 1000:
            yield (
                f"{key} = {config[key]}: records are refused when clocks differ by more than that",
                f"{key}=3600000",
            )
    if not TOPICS[name].compacted:
        if int(config["retention.bytes"]) >= 0:
            yield (
                f"retention.bytes = {config['retention.bytes']} may delete unread records",
                "retention.bytes=-1",
            )
        if _short(name, config):
            keep, kept_days = KEEP[name], int(config["retention.ms"]) / 1000 / DAY_S
            setting = f"retention.ms = {config['retention.ms']} ({kept_days:.1f} days)"
            yield (
                f"{setting}, recommended are {keep.days:.0f} days: {keep.why}",
                f"retention.ms={int(keep.seconds * 1000)}",
            )


def _short(name: str, config: Mapping[str, str]) -> bool:
    kept_ms = int(config["retention.ms"])
    return 0 <= kept_ms < KEEP[name].seconds * 1000


def _for_each(names: list[str], topics: Described, command: str) -> str:
    """Return the shell command that runs `command` for each topic."""
    named = " ".join(topics[name]["name"] for name in names)
    return f"for topic in {named}; do {command} --entity-name $topic; done"


def _all_or(names: list[str], topics: Described) -> str:
    return "all topics" if len(names) == len(topics) else ", ".join(names)
