"""Fault 24: whatever is wrong with a connection has its own right sentence, soon, and no secret.

`doctor` and `work` are run as they are; `work` waits for a broker that may come back, ten seconds
unless told otherwise, so the short form tells it one.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from bandit.errors import LogError
from streams.cli.tail import tail
from streams.clients.address import open_log
from streams.config.log_settings import LogSettings, read_log_settings
from streams.kafka_log.connecting.broker_connection import BrokerConnection
from streams.kafka_log.connecting.connection import client_settings, parse_address
from streams.kafka_log.connecting.server import Server
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from tests.broker.ports import free_port
from tests.broker.security import Authority, Security
from tests.faults.impostors import certificate, listening_with, nobody_answers, web_server
from tests.faults.length import LONG
from tests.faults.said import Verbs, ended
from tests.faults.story import wait_until
from tests.streams.verbs import run, start

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka


@pytest.fixture
def verbs(tmp_path: Path, security: Security) -> Verbs:
    return Verbs(tmp_path, security.authority, security.password)


@pytest.mark.parametrize("as_processes", [True, False])
def test_a_wrong_password_is_said(as_processes: bool, verbs: Verbs, secure_broker: Broker) -> None:
    said = verbs.both(
        f"kafka://{secure_broker.secure_address}",
        as_processes=as_processes,
        **verbs.login(password_file=verbs.wrong),
    )
    where = secure_broker.secure_address
    sentence = f"{where}: the broker refuses the login of 'poolwise' by SCRAM-SHA-512"
    assert [sentence in one.text for one in said] == [True, True]


def test_a_wrong_authority_is_said(verbs: Verbs, secure_broker: Broker, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other").certificate
    verbs.all_say(
        f"certificate is not signed by an authority in log.ca_file = {other}",
        f"kafka://{secure_broker.secure_address}",
        **verbs.login(ca_file=other),
    )


def test_a_port_where_nothing_listens_is_said(verbs: Verbs) -> None:
    port = free_port()
    verbs.all_say(f"127.0.0.1:{port}: nothing listens on this port", f"kafka://127.0.0.1:{port}")


def test_a_host_that_does_not_answer_is_said(verbs: Verbs) -> None:
    with nobody_answers() as port:
        verbs.all_say("no connection within 2 s", f"kafka://127.0.0.1:{port}")


def test_plaintext_to_a_port_with_tls_is_said(verbs: Verbs, secure_broker: Broker) -> None:
    address = f"kafka://{secure_broker.secure_address}"
    verbs.all_say("expects TLS, but log.security_protocol = PLAINTEXT does not use TLS", address)
    with pytest.raises(LogError, match="expects TLS"):
        run(tail, address, "asks")


def test_tls_to_a_port_without_is_said(verbs: Verbs, secure_broker: Broker) -> None:
    verbs.all_say(
        "answers without TLS, but log.security_protocol = SASL_SSL uses TLS",
        f"kafka://{secure_broker.address}",
        **verbs.login(),
    )


def test_a_mechanism_that_is_not_offered_is_said(verbs: Verbs, secure_broker: Broker) -> None:
    verbs.all_say(
        "offers no login by PLAIN (offered: SCRAM-SHA-512)",
        f"kafka://{secure_broker.secure_address}",
        **verbs.login(sasl_mechanism="PLAIN"),
    )


def test_a_login_where_none_is_asked_for_is_said(verbs: Verbs, secure_broker: Broker) -> None:
    login = verbs.login(security_protocol="SASL_PLAINTEXT")
    del login["ca_file"]
    verbs.all_say("this port has no login (SASL), but", f"kafka://{secure_broker.address}", **login)


def test_a_missing_login_is_said(verbs: Verbs, secure_broker: Broker) -> None:
    verbs.all_say(
        "requires a login (SASL), but log.security_protocol = SSL has none",
        f"kafka://{secure_broker.secure_address}",
        security_protocol="SSL",
        ca_file=verbs.authority.certificate,
    )


def test_a_host_that_nobody_knows_is_said(verbs: Verbs) -> None:
    verbs.all_say("unknown host name 'kafka.invalid'", "kafka://kafka.invalid:9092")


def test_a_web_server_is_said(verbs: Verbs) -> None:
    with web_server() as port:
        verbs.all_say(
            f"127.0.0.1:{port}: a web server answers on this port", f"kafka://127.0.0.1:{port}"
        )


@pytest.mark.parametrize(
    ("name", "start", "end", "sentence"),
    [
        ("IP:127.0.0.1", "20200101000000Z", "20200201000000Z", "certificate has expired"),
        ("IP:127.0.0.1", "20900101000000Z", "20900201000000Z", "certificate is not valid yet"),
        ("IP:10.0.0.1", "20200101000000Z", "20900101000000Z", "not valid for the name '127.0.0.1'"),
    ],
)
def test_a_certificate_that_is_not_right_is_said(
    name: str, start: str, end: str, sentence: str, verbs: Verbs, tmp_path: Path
) -> None:
    pem = certificate(tmp_path / "one", name, start, end)
    with listening_with(pem) as port:
        address = f"kafka://127.0.0.1:{port}"
        verbs.all_say(sentence, address, security_protocol="SSL", ca_file=pem)


def test_a_broker_that_wants_a_certificate_is_said(
    verbs: Verbs, tmp_path: Path, start_broker: Callable[..., Broker], security: Security
) -> None:
    broker = start_broker(security=security, listener_name_secure_ssl_client_auth="required")
    address = f"kafka://{broker.secure_address}"
    verbs.all_say("the broker requires a client certificate, but", address, **verbs.login())
    pem = certificate(tmp_path / "mine", "IP:127.0.0.1", "20200101000000Z", "20900101000000Z")
    verbs.all_say(
        "refuses the client certificate in log.cert_file",
        address,
        **verbs.login(cert_file=pem, key_file=pem),
    )


def test_a_broker_that_has_stopped_answering_is_said(
    verbs: Verbs, start_broker: Callable[..., Broker]
) -> None:
    broker = start_broker()
    broker.pause()
    verbs.all_say("accepts connections but does not answer", f"kafka://{broker.address}")
    broker.resume()


def test_one_broker_that_answers_is_enough(verbs: Verbs, broker: Broker) -> None:
    """It is warned of, and no verb refuses to start for it."""
    address = f"kafka://127.0.0.1:{free_port()},{broker.address}/nothing"
    doctor, work = verbs.both(address, as_processes=LONG)
    assert "warning  connection: 127.0.0.1" in doctor.text
    assert "topic 'nothing.tasks' does not exist" in work.text


def test_a_broker_that_sends_its_clients_where_nobody_is_is_said(
    verbs: Verbs, broker: Broker
) -> None:
    doctor, _ = verbs.both(f"kafka://127.0.0.1:{broker.behind_port}", as_processes=LONG)
    where = f"127.0.0.1:{broker.proxied_port}"
    assert f"advertises the address {where}; from this machine: {where}: noth" in doctor.text


def test_a_password_that_changes_ends_a_worker(
    verbs: Verbs, start_broker: Callable[..., Broker], security: Security
) -> None:
    """It doesn't try for ever: a wrong password stays wrong."""
    broker = start_broker(security=security)
    address = f"kafka://{broker.secure_address}/lab"
    config = verbs.configured(
        **verbs.login(), commit_timeout_s=3, transaction_timeout_s=5, session_timeout_s=4
    )
    log = KafkaLog(f"kafka://{broker.address}/lab", LogSettings())
    create_topics(log, 1, 1)
    worker = start("work", address, "--config", config)
    try:
        with closing(log):
            wait_until(lambda: log.follow("labels").end() > 2, what="a worker's ticks")
            change_password(log, "another password")
        broker.restart()
        said = ended(worker, time.monotonic())
    finally:
        worker.kill()
    assert said.code == 1
    assert said.took_s < 30
    assert "refuses the login of 'poolwise' by SCRAM-SHA-512" in said.text
    assert verbs.secret.read_text() not in said.text


def change_password(log: KafkaLog, password: str) -> None:
    new = UserScramCredentialUpsertion("poolwise", ScramMechanism.SCRAM_SHA_512, password)
    log.admin.alter_user_scram_credentials([new])


def test_no_secret_is_in_what_objects_say_of_themselves(
    verbs: Verbs, secure_broker: Broker, security: Security
) -> None:
    words = verbs.login()
    settings = read_log_settings({key: str(value) for key, value in words.items()})
    address = f"kafka://{secure_broker.secure_address}"
    connect = client_settings(parse_address(address), settings)
    with (
        closing(open_log(address, settings)) as log,
        closing(BrokerConnection(Server.of(secure_broker.secure_address), connect)) as wire,
    ):
        assert connect["sasl_plain_password"] == security.password
        for one in (log, wire, settings):
            assert security.password not in f"{one!r} {one}"
