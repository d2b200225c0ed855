"""Dead letters: what came in and can't be used, with its reason, its place and its bytes."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from bandit.events import DeadLetter
from streams.codec import encode
from streams.log import NewRecord
from streams.topics import DEADLETTERS

if TYPE_CHECKING:
    from streams.log import Record

MAX_ORIGINAL_BYTES = 256 * 1024
"""Larger originals are named by their digest: a dead letter must fit where its record did."""

UNEXPECTED = "unexpected"
"""The rule of records that made the engine raise what it should not."""


def addressed(letter: DeadLetter, record: Record, at: float | None = None) -> NewRecord:
    """Return `letter` about `record` as it is written; `at` where the letter has no time."""
    original = record.value
    message = letter.message
    if original is not None and len(original) > MAX_ORIGINAL_BYTES:
        digest = blake2b(original, digest_size=32).hexdigest()
        message = f"{message} ({len(original)} bytes, left out; blake2b-256 {digest})"
        original = None
    whole = msgspec.structs.replace(
        letter,
        message=message,
        at=at if letter.at is None else letter.at,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        original=original,
    )
    return NewRecord(DEADLETTERS, record.key, encode(whole), record.partition)


def unexpected(error: Exception) -> DeadLetter:
    """Return the letter of a record after which `error` was raised."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return DeadLetter(rule=UNEXPECTED, message=text)
