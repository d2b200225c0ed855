"""The proxy does to requests and replies what it was told, and nothing else."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

from tests.broker.proxy import END_TXN, PRODUCE
from tests.broker.test_broker import create_topic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

API_VERSIONS = 18
SILENCE_S = 0.5


@pytest.fixture
def client(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), 10.0) as client:
        ask(client)
        assert answer(client) == 7  # until then the proxy may not have it yet
        yield client


def ask(client: socket.socket, api_key: int = API_VERSIONS) -> None:
    """Send a request of version 0, without a client id and with nothing in it."""
    body = struct.pack(">hhih", api_key, 0, 7, -1)
    client.sendall(struct.pack(">i", len(body)) + body)


def answer(client: socket.socket) -> int:
    """Return the correlation id of the next reply."""
    reply = client.recv(1 << 16)
    if not reply:
        raise ConnectionResetError
    return int(struct.unpack_from(">i", reply, 4)[0])


def test_it_passes_everything_on(client: socket.socket) -> None:
    for _ in range(3):
        ask(client)
        assert answer(client) == 7


def test_it_holds_replies_back(proxy: Proxy, client: socket.socket) -> None:
    proxy.delay_s = 0.3
    start_s = time.monotonic()
    ask(client)
    assert answer(client) == 7
    assert time.monotonic() - start_s >= 0.3


def test_it_cuts_and_lets_in_again(proxy: Proxy, client: socket.socket) -> None:
    proxy.cut()
    with pytest.raises(ConnectionError):
        answer(client)
    with socket.create_connection(("127.0.0.1", proxy.port), 10.0) as again:
        ask(again)
        assert answer(again) == 7


def test_it_refuses_until_it_opens(proxy: Proxy, client: socket.socket) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionError):
        answer(client)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port))
    proxy.open()
    with socket.create_connection(("127.0.0.1", proxy.port), 10.0) as again:
        ask(again)
        assert answer(again) == 7


def test_it_swallows_replies_until_it_is_healed(proxy: Proxy, client: socket.socket) -> None:
    proxy.swallow_replies([API_VERSIONS])
    ask(client)
    client.settimeout(SILENCE_S)
    with pytest.raises(TimeoutError):
        answer(client)
    proxy.heal()
    client.settimeout(10.0)
    ask(client)
    assert answer(client) == 7


def test_it_swallows_no_other_replies(proxy: Proxy, client: socket.socket) -> None:
    proxy.swallow_replies([END_TXN])
    ask(client)
    assert answer(client) == 7


def test_a_request_that_it_cuts_before_never_reaches_the_broker(
    broker: Broker, proxy: Proxy
) -> None:
    create_topic(broker.address, "never")
    producer = KafkaProducer(bootstrap_servers=proxy.address, retries=0, enable_idempotence=False)
    cut = proxy.on_request(PRODUCE, proxy.cut)
    sent = producer.send("never", b"1")
    assert cut.wait(10)
    with pytest.raises(KafkaError):
        sent.get(10)
    assert producer.send("never", b"2").get(10).offset == 0
    producer.close(timeout=3)


def test_a_commit_whose_reply_it_loses_was_applied(broker: Broker, proxy: Proxy) -> None:
    create_topic(broker.address, "committed")
    producer = KafkaProducer(bootstrap_servers=proxy.address, transactional_id="loses")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send("committed", b"1").get(10)
    lost = proxy.on_reply(END_TXN, proxy.refuse)
    ended = producer._transaction_manager.begin_commit()
    producer._sender.wakeup()
    assert lost.wait(10)
    consumer = KafkaConsumer(
        "committed",
        bootstrap_servers=broker.address,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    assert next(consumer).value == b"1"
    assert not ended.is_done
    consumer.close()
    producer.close(timeout=0.5)
