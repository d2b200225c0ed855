"""Dead letters are sent again on Kafka as on the embedded log: each once, by `feed` itself."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bandit.events import DeadLetter
from streams.cli.feed import feed
from streams.cli.tail import tail
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import partition_of
from tests.faults.audit import records
from tests.streams.scenes import task
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broker.broker import Broker
    from tests.broker.security import Security

pytestmark = pytest.mark.kafka

MANY = 30


def bury(log: KafkaLog) -> list[bytes]:
    """Write letters about tasks, spread over two partitions; what they quote."""
    originals = [encode(task(f"t{i}")) for i in range(MANY)]
    letters = [
        DeadLetter(rule="unexpected", message="", topic="tasks", key=b"t%d" % i, original=original)
        for i, original in enumerate(originals)
    ]
    log.write([NewRecord("deadletters", letter.key, encode(letter)) for letter in letters])
    return originals


def secured(security: Security, folder: Path) -> Path:
    """Write a configuration that logs in."""
    secret, settings = folder / "password", folder / "poolwise.toml"
    secret.write_text(security.password)
    settings.write_text(
        '[log]\nsecurity_protocol = "SASL_SSL"\nsasl_mechanism = "SCRAM-SHA-512"\n'
        f'username = "{security.user}"\npassword_file = "{secret}"\n'
        f'ca_file = "{security.authority.certificate}"\n'
    )
    return settings


def test_letters_are_sent_again_once_to_the_partition_of_their_key(broker: Broker) -> None:
    address = f"kafka://{broker.address}/{uuid4()}"
    with closing(KafkaLog(address, LogSettings())) as log:
        create_topics(log, 2, 1)
        originals = bury(log)
        words = (address, "--from-deadletters", "--json")
        assert json.loads(run(feed, *words, "--dry-run").output)["sent"] == MANY
        figures = json.loads(run(feed, *words).output)
        assert (figures["sent"], figures["records"]) == (MANY, {"tasks": MANY})
        assert json.loads(run(feed, *words).output)["sent"] == 0
        resent = list(records(log, "tasks"))
        assert sorted(record.value or b"" for record in resent) == sorted(originals)
        assert all(record.partition == partition_of(record.key or b"", 2) for record in resent)
        assert {record.partition for record in resent} == {0, 1}


def test_a_secured_cluster_is_reached_with_the_settings_of_a_file(
    secure_broker: Broker, security: Security, tmp_path: Path
) -> None:
    settings, prefix = secured(security, tmp_path), uuid4()
    address = f"kafka://{secure_broker.secure_address}/{prefix}"
    with closing(KafkaLog(f"kafka://{secure_broker.address}/{prefix}", LogSettings())) as log:
        create_topics(log, 2, 1)
        bury(log)
        shown = run(tail, address, "deadletters", "--config", settings).output.splitlines()
        assert {json.loads(line)["key"] for line in shown} == {f"t{i}" for i in range(MANY)}
        output = run(feed, address, "--from-deadletters", "--config", settings).output
        assert output == f"{MANY} dead letters sent again ({MANY} to tasks)\n"
        assert len(list(records(log, "tasks"))) == MANY
