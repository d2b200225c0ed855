"""Feeding of JSON lines into a log: checked first, then written in batches.

Rule 1: nothing of a file is written unless all lines are valid, or invalid ones may be skipped;
those then become dead letters.
Rule 2: a line is invalid if workers would refuse it whatever came before it: a time in
milliseconds, a negative price. Of pools and orders the log keeps only the newest of a key, so such
a record would stand in the place of the one that holds.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bandit.engine import checks
from bandit.errors import BadValue, EventError, LogError
from bandit.events import Control, DeadLetter, Decline, Gold, Label, Pool, Prediction, Task, Tick
from streams.log.codec import InputDecoder
from streams.log.deadletters import written
from streams.log.log import NewRecord
from streams.log.topics import LABELS, TOPIC_OF, key_of
from streams.process.failpoints import nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from bandit.events import Input
    from streams.log.log import Log

BATCH = 1000


class Fed(NamedTuple):
    """Numbers of valid and invalid lines of a file, and of unknown fields; the first of those."""

    good: int = 0
    bad: int = 0
    ignored_fields: int = 0
    unknown: tuple[tuple[str, str], ...] = ()


def records_of(line: bytes, decoder: InputDecoder, partitions: int) -> list[NewRecord]:
    """Return the record of a line; a tick becomes one record per partition.

    Raises
    ------
    EventError
        If the line breaks a rule.

    Examples
    --------
    >>> [r.partition for r in records_of(b'{"type":"Tick","at":1}', InputDecoder(), 2)]
    [0, 1]
    """
    event = checked(line, decoder)
    if isinstance(event, Tick):
        return tick_records(line, partitions)
    return [NewRecord(TOPIC_OF[type(event)], key_of(event), line)]


def checked(line: bytes, decoder: InputDecoder) -> Input:
    """Return the event of a line, checked by all rules that need no other event.

    Raises
    ------
    EventError
        If it breaks a rule.

    Examples
    --------
    >>> checked(b'{"type":"Pool","pool":"a","at":0,"usd_per_label":-1}', InputDecoder())
    Traceback (most recent call last):
    ...
    bandit.errors.EventError: pool 'a': usd_per_label -1.0: must be between 0 and 1e+12
    """
    event = decoder.decode(line)
    match event:
        case Pool():
            checks.pool(event)
        case Control():
            checks.control(event)
        case Task():
            checks.task(event)
        case Prediction():
            checks.prediction(event)
        case Label():
            checks.label_alone(event)
        case Gold():
            checks.gold_alone(event)
        case Decline() | Tick():
            checks.finite(event.at, "at")
    return event


def tick_records(tick: bytes, partitions: int) -> list[NewRecord]:
    """Return the records of a tick, one per partition of `labels`.

    Examples
    --------
    >>> [record.partition for record in tick_records(b'{"type":"Tick","at":1}', 2)]
    [0, 1]
    """
    return [NewRecord(LABELS, None, tick, partition) for partition in range(partitions)]


def feed(
    log: Log,
    stream: BinaryIO,
    name: str,
    *,
    skip_bad: bool = False,
    progress: Callable[[int], None] = nothing,
) -> Fed:
    """Write the events in `stream`, one a line, to the topics they belong in.

    An interrupted feed may be repeated: the engine ignores events that it has already received.

    Parameters
    ----------
    log
        The log to write to.
    stream
        JSON lines; they are read twice, so the stream must be seekable.
    name
        The name of the stream in errors.
    skip_bad
        Write invalid lines to `deadletters` instead of refusing the file.
    progress
        Called with the number of lines written so far.

    Raises
    ------
    BadValue
        If a line breaks a rule and `skip_bad` is not set; nothing was written.
    LogError
        If the log can't be written to; the lines before may have been.
    """
    decoder, partitions = InputDecoder(), log.partitions(LABELS)
    if not skip_bad:
        first = InputDecoder()
        for number, line in _lines(stream):
            try:
                checked(line, first)
            except EventError as error:
                msg = f"{name}, line {number}: {error.rule}: {error}; nothing of {name} was written"
                raise BadValue(msg) from error
        stream.seek(0)
    good = bad = 0
    for batch in _batches(_lines(stream)):
        records: list[NewRecord] = []
        for number, line in batch:
            try:
                records += records_of(line, decoder, partitions)
                good += 1
            except EventError as error:
                bad += 1
                message = f"{name}, line {number}: {error}"
                letter = DeadLetter(rule=error.rule, message=message, original=line)
                records.append(written(letter, 0))
        try:
            log.write(records)
        except LogError as error:
            again = f"then feed {name} again: lines that were written already are ignored"
            raise LogError(f"{error}; {again}") from error
        progress(good + bad)
    return Fed(good, bad, decoder.ignored.total(), tuple(decoder.unknown))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines that are not empty, numbered from 1, without a byte order mark."""
    for number, line in enumerate(stream, 1):
        text = (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
        if text:
            yield number, text


def _batches(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    lines = iter(lines)
    while batch := list(islice(lines, BATCH)):
        yield batch
