"""Dead letters sent again once what was wrong is mended: each once, in the order they came.

Rule 1: what was sent is remembered by rule: each rule has a group of its own, whose positions are
committed with the records.
Rule 2: only letters that were there at the start are sent. What breaks a rule again comes back as
a new letter, which waits for the next time.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue, CommitUnknown, EventError, nearest
from bandit.events import DeadLetter, Tick
from streams.clients.feeding import records_of
from streams.log.codec import InputDecoder
from streams.log.deadletters import letter_in, written
from streams.log.log import NewRecord, Place, positions_after, read_to_end
from streams.log.topics import DEADLETTERS, LABELS, OPERATIONS, SHARED

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from streams.log.log import GroupMember, Log, Record

BATCH = 100
"""Letters at a time, of up to 350 KB each."""

POLL_S = 0.2
TRIES = 5
"""Commits in a row whose outcome isn't known, before it is given up."""


class Resent(NamedTuple):
    """A letter, its partition and offset, and the records it became; none if it can't be sent."""

    letter: DeadLetter
    partition: int
    offset: int
    records: Sequence[NewRecord]


def resend(
    log: Log, group: str, rules: Sequence[str] = (), since: int = 0, *, dry_run: bool = False
) -> Generator[Resent]:
    """Send the originals of dead letters to where they came from; yield each letter.

    A letter without its original can't be sent, nor one about a tick, whose time is over.

    Parameters
    ----------
    log
        The log.
    group
        Of the workers; the groups that remember what was sent have names that begin with it.
    rules
        Of which letters; of all, if none is given.
    since
        First offset looked at, in each partition; what is before it is passed over for good.
    dry_run
        Send nothing, and remember nothing.

    Raises
    ------
    BadValue
        If no letter has a rule that was given.
    LogBusy
        If another process is at it, and the log allows one.
    CommitUnknown
        If the log can't be relied on: what was sent is remembered, the rest is for another time.
    """
    ends, found = _survey(log)
    for rule in rules:
        if rule not in found:
            msg = f"no dead letter has the rule {rule!r}{nearest(rule, found) if found else ''}"
            raise BadValue(msg)
    decoder, partitions = InputDecoder(), log.partitions(LABELS)
    for rule in dict.fromkeys(rules or sorted(found)):
        with closing(log.shared(f"{group}-deadletters-{rule}", [DEADLETTERS])) as reader:
            passing = _Passing(reader, ends)
            while (records := passing.next()) is not None:
                resent = [
                    Resent(
                        letter,
                        one.partition,
                        one.offset,
                        records_again(letter, decoder, partitions),
                    )
                    for one in records
                    if one.offset >= since and (letter := letter_in(one)) and letter.rule == rule
                ]
                if dry_run or passing.commit([new for one in resent for new in one.records]):
                    yield from resent


def records_again(
    letter: DeadLetter, decoder: InputDecoder, partitions: int
) -> Sequence[NewRecord]:
    """Return what a letter's original is to be sent as; nothing, if it can't be.

    An event goes to its own topic, by its own key. What is none goes back to where it was, to be
    looked at by the worker; a line of a file, which was nowhere, becomes a letter again.

    Examples
    --------
    >>> letter = DeadLetter(rule="unknown_type", message="", topic="tasks", key=b"k", original=b"?")
    >>> records_again(letter, InputDecoder(), 1)
    [NewRecord(topic='tasks', key=b'k', value=b'?', partition=None)]
    """
    original, topic = letter.original, letter.topic
    if original is None:
        return []
    try:
        event = decoder.decode(original)
    except EventError as error:
        if topic is None:
            again = DeadLetter(rule=error.rule, message=f"again: {error}", original=original)
            return [written(again, 0)]
        if topic not in (*SHARED, *OPERATIONS):  # another program's letter
            return []
        if letter.key is not None:
            return [NewRecord(topic, letter.key, original)]
        if topic in OPERATIONS or letter.partition not in range(partitions):
            return []
        return [NewRecord(topic, None, original, letter.partition)]
    return [] if isinstance(event, Tick) else records_of(original, decoder, partitions)


def _survey(log: Log) -> tuple[dict[Place, int], set[str]]:
    """Return where the letters end now, and the rules that they name."""
    ends: dict[Place, int] = {}
    rules: set[str] = set()
    for partition in range(log.partitions(DEADLETTERS)):
        with closing(log.follow(DEADLETTERS, partition)) as reader:
            ends[Place(DEADLETTERS, partition)] = reader.end()
            for records in read_to_end(reader, BATCH):
                rules.update(letter.rule for one in records if (letter := letter_in(one)))
    return ends, rules


class _Passing:
    """Reads what a group has not passed yet, up to given ends, and passes it."""

    def __init__(self, reader: GroupMember, ends: Mapping[Place, int]) -> None:
        self._reader = reader
        self._ends = ends
        self._done: set[Place] = set()
        self._records: list[Record] = []
        self._failed = 0

    def next(self) -> list[Record] | None:
        """Return the next records, perhaps none of them; `None` behind the last."""
        polled = self._reader.poll(BATCH, POLL_S)
        self._records = []
        for record in polled:
            place = Place(record.topic, record.partition)
            if record.offset < self._ends[place]:
                self._records.append(record)
            else:
                self._done.add(place)
        self._reader.pause(frozenset(self._done))
        return None if not polled and self._reader.at_end() else self._records

    def commit(self, new: Sequence[NewRecord]) -> bool:
        """Write `new` and pass what `next` gave; whether that happened, so not to be seen again.

        Raises
        ------
        CommitUnknown
            If it failed too often in a row.
        """
        positions = positions_after(self._records)
        try:
            self._reader.commit(new, positions)
        except CommitUnknown:
            self._failed += 1
            if self._failed > TRIES:
                raise
            self._done.clear()
            self._reader.pause(frozenset())
            self._reader.rewind()
            return all(
                (self._reader.committed(place) or 0) >= at for place, at in positions.items()
            )
        self._failed = 0
        return True
