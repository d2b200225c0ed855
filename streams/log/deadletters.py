"""Dead letters: what came in and can't be used, with its reason, its place and its bytes.

Rule: a dead letter always fits where its record did, so that no record can stop the stream: what is
long is left out and named by its digest.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from bandit.events import DeadLetter
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import DEADLETTERS

if TYPE_CHECKING:
    from streams.log.log import LostRecords, Record

MAX_ORIGINAL_BYTES = 256 * 1024
"""Larger originals are named by their digest."""

MAX_KEY_BYTES = 4 * 1024
"""Larger keys too; those of our events have at most 264 bytes."""

MAX_MESSAGE = 2000
"""Characters; messages quote what came in, which may be long."""

UNEXPECTED = "unexpected"
"""The rule of records that made the engine raise what it should not."""

TOO_LARGE = "output_too_large"
"""The rule of records that give an output larger than the log takes."""

LOST = "lost"
"""The rule of records that were deleted before they were read."""

_decode = msgspec.json.Decoder(DeadLetter).decode


def addressed(letter: DeadLetter, record: Record, at: float | None = None) -> NewRecord:
    """Return `letter` about `record` as it is written; `at` where the letter has no time."""
    whole = msgspec.structs.replace(
        letter,
        at=at if letter.at is None else letter.at,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        original=record.value,
    )
    return written(whole, record.partition)


def written(letter: DeadLetter, partition: int) -> NewRecord:
    """Return a letter as it is written, what is too long in it left out."""
    message, key, original = letter.message, letter.key, letter.original
    if len(message) > MAX_MESSAGE:
        message = f"{message[:MAX_MESSAGE]}..."
    if key is not None and len(key) > MAX_KEY_BYTES:
        message, key = f"{message} (key of {_digest(key)})", None
    if original is not None and len(original) > MAX_ORIGINAL_BYTES:
        message, original = f"{message} ({_digest(original)})", None
    short = msgspec.structs.replace(letter, message=message, key=key, original=original)
    return NewRecord(DEADLETTERS, key, encode(short), partition)


def without_original(new: NewRecord) -> NewRecord:
    """Return a record that is written without its original, if it is a letter that has one."""
    letter = _decode(new.value or b"") if new.topic == DEADLETTERS else None
    if letter is None or letter.original is None:
        return new
    message = f"{letter.message} ({_digest(letter.original)})"
    return new._replace(
        value=encode(msgspec.structs.replace(letter, message=message, original=None))
    )


def unexpected(error: Exception) -> DeadLetter:
    """Return the letter of a record after which `error` was raised."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return DeadLetter(rule=UNEXPECTED, message=text)


def too_large(error: Exception) -> DeadLetter:
    """Return the letter of a record of which an output was too large."""
    return DeadLetter(rule=TOO_LARGE, message=str(error))


def lost(loss: LostRecords, at: float | None) -> NewRecord:
    """Return the letter of records that were deleted before they were read, as it is written."""
    topic, partition = loss.place
    letter = DeadLetter(
        rule=LOST,
        message=(
            f"{topic}/{partition}: offsets {loss.first} to {loss.end - 1} were deleted before they"
            " were read; keep records longer (retention.ms)"
        ),
        at=at,
        topic=topic,
        partition=partition,
        offset=loss.first,
    )
    return written(letter, partition)


def letter_in(record: Record) -> DeadLetter | None:
    """Return the letter that a record of `deadletters` is; `None` if somebody else wrote it."""
    try:
        return _decode(record.value or b"")
    except (ValueError, RecursionError):
        return None


def rule_of(new: NewRecord) -> str:
    """Return the rule that a letter of ours names."""
    return _decode(new.value or b"").rule


def _digest(data: bytes) -> str:
    return f"{len(data)} bytes, left out; blake2b-256 {blake2b(data, digest_size=32).hexdigest()}"
