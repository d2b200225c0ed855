"""Dead letters: records that can't be used, with the reason, topic, partition, offset and bytes.

Rule: a dead letter is never larger than the log takes, so that no record can stop the stream: long
keys and values are replaced by their digest.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from bandit.events import DeadLetter, Gold, Prediction
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import DEADLETTERS, TOPIC_OF

if TYPE_CHECKING:
    from streams.log.log import LostRecords, Record

MAX_ORIGINAL_BYTES = 256 * 1024
"""A larger original is replaced by its digest."""

MAX_KEY_BYTES = 4 * 1024
"""A larger key is replaced by its digest; keys of our events have at most 264 bytes."""

MAX_MESSAGE = 2000
"""Most characters of a message; messages quote the record, which may be long."""

UNEXPECTED = "unexpected"
"""The rule of records that made the engine raise an unexpected error."""

TOO_LARGE = "output_too_large"
"""The rule of records with an output larger than the log takes."""

LOST = "lost"
"""The rule of records that were deleted before they were read."""

_decode = msgspec.json.Decoder(DeadLetter).decode
_decode_held = msgspec.json.Decoder(Gold | Prediction).decode


def addressed(letter: DeadLetter, record: Record, at: float | None = None) -> NewRecord:
    """Return the record of a letter about `record`; `at` is its time if the letter has none.

    One with an original is about an event that was held: only the partition is the record's.
    """
    at = at if letter.at is None else letter.at
    if letter.original is not None:
        topic = TOPIC_OF[type(_decode_held(letter.original))]
        complete = msgspec.structs.replace(letter, at=at, topic=topic, partition=record.partition)
    else:
        complete = msgspec.structs.replace(
            letter,
            at=at,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            original=record.value,
        )
    return written(complete, record.partition)


def written(letter: DeadLetter, partition: int) -> NewRecord:
    """Return the record of a letter, with what is too long replaced by digests."""
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
    """Return `new` with its original replaced by a digest, if it is a letter that has one."""
    letter = _decode(new.value or b"") if new.topic == DEADLETTERS else None
    if letter is None or letter.original is None:
        return new
    message = f"{letter.message} ({_digest(letter.original)})"
    short = msgspec.structs.replace(letter, message=message, original=None)
    return msgspec.structs.replace(new, value=encode(short))


def unexpected(error: Exception) -> DeadLetter:
    """Return the letter of a record after which `error` was raised."""
    text = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return DeadLetter(rule=UNEXPECTED, message=text)


def too_large(error: Exception) -> DeadLetter:
    """Return the letter of a record of which an output was too large."""
    return DeadLetter(rule=TOO_LARGE, message=str(error))


def lost(loss: LostRecords, at: float | None) -> NewRecord:
    """Return the record of the letter about records that were deleted before they were read."""
    topic, partition = loss.place
    letter = DeadLetter(
        rule=LOST,
        message=(
            f"{topic}/{partition}: offsets {loss.first} to {loss.end - 1} were deleted before they"
            " were read; what to do: keep records longer (retention.ms)"
        ),
        at=at,
        topic=topic,
        partition=partition,
        offset=loss.first,
    )
    return written(letter, partition)


def letter_in(record: Record) -> DeadLetter | None:
    """Return the letter in a record of `deadletters`; `None` if it can't be read as one."""
    try:
        return _decode(record.value or b"")
    except (ValueError, RecursionError):
        return None


def rule_of(new: NewRecord) -> str:
    """Return the rule of a letter."""
    return _decode(new.value or b"").rule


def _digest(data: bytes) -> str:
    return f"{len(data)} bytes omitted; blake2b-256 {blake2b(data, digest_size=32).hexdigest()}"
