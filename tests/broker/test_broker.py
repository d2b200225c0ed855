"""The broker of the tests is a real one, and ends with the process that started it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from tests.broker.security import Authority, Security

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.broker import Broker

ROOT = Path(__file__).resolve().parents[2]
ENDS_S = 10.0
ANSWERS_S = 60.0  # a second on an idle machine
ORPHAN = """
import time
from tests.broker.broker import Broker
broker = Broker().start()
print(broker.pid, broker.folder, broker.address, flush=True)
time.sleep(600)
"""


def create_topic(address: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic(topic, 1, 1)])
    admin.close()


def credentials(security: Security) -> dict[str, Any]:
    return {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": security.user,
        "sasl_plain_password": security.password,
        "ssl_cafile": str(security.authority.certificate),
        "bootstrap_timeout_ms": 3000,
    }


def topics(broker: Broker, **settings: Any) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=broker.secure_address, **settings)
    try:
        return list(admin.list_topics())
    finally:
        admin.close()


def answers(address: str) -> bool:
    host, port = address.split(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1.0):
        return True
    return False


def test_what_was_acknowledged_survives_kill_9(start_broker: Callable[..., Broker]) -> None:
    broker = start_broker()
    create_topic(broker.address, "kept")
    producer = KafkaProducer(bootstrap_servers=broker.address, acks="all")
    producer.send("kept", b"here").get(ANSWERS_S)
    broker.kill()
    broker.start()
    consumer = KafkaConsumer("kept", bootstrap_servers=broker.address, auto_offset_reset="earliest")
    assert next(consumer).value == b"here"
    consumer.close()
    producer.close(timeout=3)


def test_a_paused_broker_answers_when_it_is_resumed(start_broker: Callable[..., Broker]) -> None:
    broker = start_broker()
    create_topic(broker.address, "slow")
    producer = KafkaProducer(bootstrap_servers=broker.address, acks="all")
    producer.send("slow", b"1").get(ANSWERS_S)
    broker.pause()
    sent = producer.send("slow", b"2")
    time.sleep(1.0)
    assert not sent.is_done
    broker.resume()
    assert sent.get(ANSWERS_S).offset == 1
    producer.close(timeout=3)


def test_properties_are_given_by_keyword(start_broker: Callable[..., Broker]) -> None:
    broker = start_broker(auto_create_topics_enable="true")
    producer = KafkaProducer(bootstrap_servers=broker.address)
    assert producer.send("never-created", b"1").get(ANSWERS_S).offset == 0
    producer.close(timeout=3)


def test_the_right_password_and_authority_are_let_in(
    secure_broker: Broker, security: Security
) -> None:
    create_topic(secure_broker.address, "seen")
    assert "seen" in topics(secure_broker, **credentials(security))


@pytest.mark.parametrize("wrong", ["password", "authority", "plaintext"])
def test_a_wrong_password_or_authority_or_no_tls_is_kept_out(
    wrong: str, secure_broker: Broker, security: Security, tmp_path: Path
) -> None:
    settings = credentials(security)
    if wrong == "password":
        settings["sasl_plain_password"] = "wrong"
    elif wrong == "authority":
        settings["ssl_cafile"] = str(Authority(tmp_path).certificate)
    else:
        settings = {"bootstrap_timeout_ms": 3000}
    with pytest.raises(KafkaError):
        topics(secure_broker, **settings)


def test_with_acls_a_user_may_do_nothing_that_is_not_allowed(
    start_broker: Callable[..., Broker], security: Security
) -> None:
    strict = Security(security.authority, acls=True)
    broker = start_broker(security=strict)
    create_topic(broker.address, "private")
    producer = KafkaProducer(bootstrap_servers=broker.secure_address, **credentials(strict))
    with pytest.raises(TopicAuthorizationFailedError):
        producer.send("private", b"1").get(ANSWERS_S)
    producer.close(timeout=3)
    admin = Security(security.authority, user="admin")
    assert "private" in topics(broker, **credentials(admin))


def test_the_broker_ends_with_a_process_that_is_killed(kafka: None) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid, folder, address = parent.stdout.readline().split()
    os.kill(int(pid), signal.SIGSTOP)
    parent.kill()
    parent.communicate()
    end_s = time.monotonic() + ENDS_S
    while answers(address) or Path(folder).exists():
        assert time.monotonic() < end_s
        time.sleep(0.05)
