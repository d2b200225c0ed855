"""`poolwise doctor` on a real broker: topics and settings, the group, transactions, retention."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaProducer

from bandit.events import DeadLetter, Tick
from streams.config.config import WorkerSettings
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import TOPICS
from streams.worker.worker import Worker
from tests.faults.story import wait_until
from tests.streams.doctor.examined_log import ExaminedLog, summaries
from tests.streams.scenes import POOLS, SETTINGS, task, write
from tests.streams.verbs import start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = pytest.mark.kafka


CONFIGS, FETCH = 32, 1
"""Kafka's keys of the requests: settings of topics, and records."""


@pytest.fixture
def examined(broker: Broker) -> Iterator[ExaminedLog]:
    made = ExaminedLog(broker.address)
    yield made
    made.log.close()


def test_missing_topics_are_named_with_the_command_that_makes_them(examined: ExaminedLog) -> None:
    finding = examined.examine()["topics"][0]
    assert (finding.level, finding.what) == ("broken", f"missing topics: {', '.join(TOPICS)}")
    assert f"poolwise doctor {examined.address} --create-topics" in finding.todo


def test_topics_are_made_once_and_only_those_that_are_missing(examined: ExaminedLog) -> None:
    words = ("--create-topics", "--partitions", 3, "--replication", 1)
    first = examined.examine(*words)["topics"]
    assert first[0].what.startswith(f"created, with partitions: {examined.prefix}.pools (1), ")
    assert first[1].what == "all 11 exist; tasks: 3 partitions"
    again = examined.examine("--create-topics", "--partitions", 5)["topics"]
    assert [finding.what for finding in again] == ["no topic was missing", first[1].what]
    examined.log.admin.delete_topics([examined.log.names.on_broker("asks")])
    third = examined.examine(*words)["topics"]
    assert third[0].what == f"created, with partitions: {examined.prefix}.asks (3)"


def test_topics_that_cannot_be_made_are_broken(examined: ExaminedLog) -> None:
    finding = examined.examine("--create-topics", "--replication", 3)["topics"][0]
    assert finding.level == "broken"
    assert "creating topics failed: InvalidReplicationFactorError" in finding.what
    assert "--replication must not exceed the number of brokers" in finding.todo


def test_new_topics_are_well_but_for_their_one_copy(examined: ExaminedLog) -> None:
    findings = examined.made().examine()
    levels = {
        check: {finding.level for finding in findings} for check, findings in findings.items()
    }
    assert levels.pop("copies") == {"warning"}
    assert set(map(frozenset, levels.values())) == {frozenset({"ok"})}
    assert set(levels) == {
        *("versions", "config", "connection", "brokers", "topics", "topic settings", "rights"),
        *("retention", "group", "positions", "transactions", "learner", "dead letters", "clock"),
        *("open tasks", "pools and orders"),
    }


def test_partitions_that_differ_are_broken(examined: ExaminedLog) -> None:
    examined.made()
    examined.split(2, "labels", "rewards")
    whats = summaries(examined.examine()["topics"])
    assert (
        "broken",
        "rewards has 2 partitions, but needs exactly one: the order of its records counts",
    ) in whats
    assert any(
        "need equal numbers of partitions" in what and "labels 2" in what for _, what in whats
    )


@pytest.mark.parametrize(
    ("topic", "settings", "level", "what"),
    [
        (
            "desk",
            {"cleanup_policy": "delete"},
            "broken",
            "cleanup.policy = delete deletes records that",
        ),
        (
            "labels",
            {"cleanup_policy": "compact"},
            "broken",
            "cleanup.policy = compact keeps only one",
        ),
        ("models", {"max_message_bytes": 500_000}, "broken", "is less than the size of a batch"),
        ("asks", {"max_message_bytes": 100_000}, "broken", "is less than the size of a batch"),
        ("asks", {"max_message_bytes": 500_000}, "warning", "larger outputs become dead"),
        (
            "tasks",
            {"retention_bytes": 1_000_000},
            "warning",
            "may delete unread records",
        ),
        ("rewards", {"retention_ms": 86_400_000}, "warning", "(1.0 days), recommended are 30 days"),
        ("asks", {"retention_ms": 86_400_000}, "warning", "asks of open tasks"),
        (
            "labels",
            {"message_timestamp_after_max_ms": 1000},
            "warning",
            "message.timestamp.after.max.ms = 1000: records are refused",
        ),
    ],
)
def test_a_setting_that_loses_or_refuses_records_is_said(
    topic: str, settings: dict[str, Any], level: str, what: str, examined: ExaminedLog
) -> None:
    examined.made().set(topic, **settings)
    findings = examined.examine()["topic settings"]
    assert [finding.level for finding in findings] == [level]
    assert findings[0].what.startswith(f"{topic}: ")
    assert what in findings[0].what
    assert f"--entity-name {examined.prefix}.{topic} --add-config " in findings[0].todo


def test_what_waits_and_nobody_reads_is_said(examined: ExaminedLog) -> None:
    write(examined.made().log, *POOLS, task("t1"), task("t2"))
    finding = examined.examine()["group"][0]
    assert finding.level == "warning"
    assert (
        f"group '{examined.prefix}.poolwise' has 0 members; 2 records not read yet" in finding.what
    )


def test_partitions_that_were_added_are_explained(examined: ExaminedLog) -> None:
    write(examined.made().log, *POOLS, task("t1"))
    work(examined)
    examined.split(3, *(name for name, topic in TOPICS.items() if topic.split))
    finding = examined.examine()["group"][0]
    assert finding.level == "broken"
    assert "tasks had 1 partition when the group last read, and 3 now" in finding.what
    assert "--create-topics --partitions 3" in finding.todo
    assert f"{examined.address.rpartition('/')[0]}/NEW" in finding.todo


def test_a_transaction_that_hangs_is_said(examined: ExaminedLog) -> None:
    examined.made()
    server = examined.address.removeprefix("kafka://").partition("/")[0]
    producer = KafkaProducer(bootstrap_servers=server, transactional_id=examined.prefix)
    with closing(producer):
        producer.init_transactions()
        producer.begin_transaction()
        long_ago_ms = int((time.time() - 600) * 1000)
        name = examined.log.names.on_broker("asks")
        producer.send(name, b"x", timestamp_ms=long_ago_ms, partition=0)
        producer.flush()
        finding = examined.examine()["transactions"][0]
        assert finding.level == "broken"
        assert finding.what.startswith(f"{name}/0: a transaction has been open for 10 min")
        assert f"--topic {name} --partition 0 --start-offset 0" in finding.todo
        producer.abort_transaction()
    assert examined.examine()["transactions"][0].level == "ok"


def test_retention_is_compared_with_the_oldest_open_task(examined: ExaminedLog) -> None:
    examined.made()
    now = time.time()
    write(
        examined.log, *POOLS, Tick(at=now), task("young", at=now), task("old", at=now - 86_400 * 3)
    )
    work(examined)
    finding = examined.examine()["retention"][0]
    assert (finding.level, finding.what) == ("ok", "open tasks: 2, the oldest for 3.0 days")
    examined.set("labels", retention_ms=86_400_000 * 2)
    levels = [finding.level for finding in examined.examine()["retention"]]
    assert levels == ["broken"]
    examined.set("labels", retention_ms=86_400_000 * 4)
    findings = examined.examine()["retention"]
    assert [finding.level for finding in findings] == ["warning", "ok"]
    assert "4.0 days, but a task may stay open for 7.0 days (policy.give_up_s)" in findings[0].what
    server = examined.address.removeprefix("kafka://").partition("/")[0]
    assert findings[0].todo.startswith(
        f"kafka-configs --bootstrap-server {server} --alter --entity-type topics"
        f" --entity-name {examined.prefix}.labels --add-config retention.ms=1209600000;"
    )


def test_a_log_that_is_worked_on_is_well(examined: ExaminedLog) -> None:
    """Who works, what was learned, which time it is: all of it is told."""
    examined.made()
    now = time.time()
    write(examined.log, *POOLS, Tick(at=now), task("t1", at=now))
    work(examined)
    letter = DeadLetter(rule="unknown_task", message="m")
    examined.log.write([NewRecord("deadletters", b"k", encode(letter), 0)])
    examined.log.write([NewRecord("controls", b"project/cats", b"{}", 0)])
    findings = examined.examine()
    assert "0 members; 0 records not read yet" in findings["group"][0].what
    assert findings["dead letters"][0].what == "1; most frequent rules: unknown_task 1"
    (hidden,) = findings["pools and orders"]
    assert hidden.level == "warning"
    assert hidden.what.startswith("the newest record of key 'project/cats' in topic controls (off")
    assert "behind this machine's clock" in findings["clock"][0].what
    assert {finding.level for finding in findings["learner"]} == {"ok"}


def test_a_worker_whose_clock_is_behind_is_said(examined: ExaminedLog) -> None:
    examined.made()
    log, behind_s = KafkaLog(examined.address, LogSettings()), 300.0
    worker = Worker(
        log,
        engine_maker(SETTINGS, 1),
        WorkerSettings(tick_s=0.1),
        clock=lambda: time.time() - behind_s,
    )
    with closing(log), closing(worker):
        wait_until(lambda: worker.step(0.1) > 0, what="a tick that was read")
        findings = examined.examine()
    assert "has 1 member; " in findings["group"][0].what
    assert findings["clock"][0].level == "broken"
    refused, desks = findings["clock"]
    assert "was 5 min behind the broker's clock, so workers refuse it" in refused.what
    assert desks.what == "no partition has a time yet: no tick was accepted"


def test_a_topic_whose_records_the_broker_does_not_stamp_is_said(examined: ExaminedLog) -> None:
    examined.made()
    assert {finding.level for finding in examined.examine()["topic settings"]} == {"ok"}
    examined.set("labels", message_timestamp_type="CreateTime")
    (finding,) = examined.examine()["topic settings"]
    assert finding.level == "warning"
    assert "labels: message.timestamp.type = CreateTime" in finding.what
    assert finding.todo.endswith("--add-config message.timestamp.type=LogAppendTime")


@pytest.mark.parametrize("question", [CONFIGS, FETCH])
def test_a_broker_that_falls_silent_is_said_in_time(
    question: int, examined: ExaminedLog, proxy: Proxy
) -> None:
    """It answers until that question, and to nothing from then on; what waits is left behind."""
    write(examined.made().log, *POOLS, task("t1"))
    work(examined)
    silent = proxy.on_request(question, proxy.swallow_replies)
    began = time.monotonic()
    with start("doctor", f"kafka://{proxy.address}/{examined.prefix}") as process:
        output = process.communicate(timeout=30)[0].decode()
    assert silent.is_set()
    assert time.monotonic() - began < 15
    assert process.returncode == 1
    assert "check failed: " in output or "no answer within 10 s" in output


def work(examined: ExaminedLog) -> None:
    """Let a worker read all there is."""
    log = KafkaLog(examined.address, LogSettings())
    with closing(log), closing(Worker(log, engine_maker(SETTINGS, 1), WorkerSettings())) as worker:
        worker.run(until_idle=True)
