"""Topics, and that a key's partition is the one that every other client computes."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafkas

from bandit.events import AnyEvent, DeadLetter
from streams.log.topics import TOPIC_OF, TOPICS, murmur2, partition_of


@given(st.binary(max_size=70))
def test_murmur2_is_kafkas(key: bytes) -> None:
    assert murmur2(key) == kafkas(key) & 0xFFFFFFFF


@given(st.text(), st.integers(1, 50))
def test_a_key_has_one_of_the_partitions(key: str, partitions: int) -> None:
    assert 0 <= partition_of(key.encode(), partitions) < partitions


def test_every_event_has_its_topic() -> None:
    assert {DeadLetter, *TOPIC_OF} == set(get_args(AnyEvent))
    assert set(TOPIC_OF.values()) <= set(TOPICS)
