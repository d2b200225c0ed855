"""Compressed batches on a real broker: smaller there, and the same for whoever reads."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import kafka.codec
import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import UnsupportedCodecError

from bandit.errors import CommitUnknown, LogError
from bandit.events import Label
from streams.config.log_settings import LogSettings
from streams.kafka_log.compression import NUMBERS, Codec
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.codec import encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import DESK, LABELS, TASKS, VERDICTS
from tests.broker.log_bytes import bytes_by_topic

if TYPE_CHECKING:
    from streams.log.log import Follower, GroupMember
    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka

ALL: list[Codec | None] = [None, *NUMBERS]
LABEL = Label(label="l1", task="t1", ask=1, pool="crowd", labeler="w7", answer="cat", at=41.0)


@pytest.fixture
def address(broker: Broker) -> str:
    """Return where topics of our own are."""
    address = f"kafka://{broker.address}/{uuid4()}"
    with closing(KafkaLog(address, LogSettings())) as log:
        create_topics(log, 1, 1)
    return address


def some(topic: str, first: int, count: int = 400) -> list[NewRecord]:
    """Return records as a worker writes them."""
    labels = [
        msgspec.structs.replace(LABEL, task=f"t{i}", label=f"l{i}")
        for i in range(first, first + count)
    ]
    return [NewRecord(topic, label.task.encode(), encode(label)) for label in labels]


def written(address: str, topic: str, codec: Codec | None) -> list[NewRecord]:
    """Write some records with a codec; return them."""
    settings = LogSettings(compression=codec)
    new = some(topic, 1000 * ALL.index(codec))
    with closing(KafkaLog(address, settings)) as log:
        log.write(new)
    return new


def read(address: str, topic: str) -> list[tuple[bytes | None, bytes | None]]:
    """Return the keys and values of a topic."""
    with closing(KafkaLog(address, LogSettings())) as log:
        reader = log.follow(topic)
        return [(one.key, one.value) for some in read_to_end(reader, 1000) for one in some]


@pytest.mark.parametrize("topic", [VERDICTS, DESK])
def test_what_was_written_with_whatever_codec_is_read_together(address: str, topic: str) -> None:
    new = [one for codec in ALL for one in written(address, topic, codec)]
    assert read(address, topic) == [(one.key, one.value) for one in new]


def test_a_broker_keeps_fewer_bytes(address: str) -> None:
    sizes, before = {}, 0
    with closing(KafkaLog(address, LogSettings())) as log:
        for codec in NUMBERS:
            written(address, VERDICTS, codec)
            end = bytes_by_topic(log)[VERDICTS]
            sizes[codec], before = end - before, end
    assert sizes["gzip"] < sizes["none"] / 5
    assert sizes["zstd"] < sizes["gzip"]


def test_a_reader_without_zstd_reads_what_is_written_unless_zstd_is_asked_for(
    address: str, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release before needs no zstandard, and neither do other people's programs."""
    new = written(address, VERDICTS, None)
    monkeypatch.setattr(kafka.codec, "zstd", None)
    assert read(address, VERDICTS) == [(one.key, one.value) for one in new]
    monkeypatch.undo()
    written(address, VERDICTS, "zstd")
    monkeypatch.setattr(kafka.codec, "zstd", None)
    with closing(KafkaConsumer(bootstrap_servers=broker.address)) as consumer:
        with closing(KafkaLog(address, LogSettings())) as log:
            place = TopicPartition(log.names.on_broker(VERDICTS), 0)
        consumer.assign([place])
        consumer.seek(place, len(new) + 1)
        with pytest.raises(UnsupportedCodecError):
            consumer.poll(5000)


def poll_for(reader: GroupMember | Follower, seconds: float) -> None:
    """Poll, whatever comes."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        reader.poll(100, 0.2)


@pytest.mark.parametrize("reader", ["follower", "worker"])
def test_a_codec_that_is_not_installed_is_one_line_that_says_what_to_install(
    address: str, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    """Upstreams like lz4 and snappy, which need packages; here it is zstd that is missing."""
    written(address, TASKS, "zstd")
    monkeypatch.setattr(kafka.codec, "zstd", None)
    with closing(KafkaLog(address, LogSettings())) as log:
        one = log.follow(TASKS) if reader == "follower" else log.shared("workers", [TASKS, LABELS])
        with pytest.raises(LogError, match=r"zstd .*not found; what to do: pip install") as caught:
            poll_for(one, 10.0)
    assert not isinstance(caught.value, CommitUnknown)
    assert "\n" not in str(caught.value)
