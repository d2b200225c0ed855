"""Resending of dead letters after their cause was removed: each once, in their order.

Rule 1: what was sent is recorded by rule: each rule has a group of its own, whose offsets are
committed with the records.
Rule 2: only letters that were there at the start are sent. A record that breaks a rule again
becomes a new letter, for the next time.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue, CommitUnknown, EventError, nearest
from bandit.events import DeadLetter, Tick
from streams.clients.feeding import checked, records_of
from streams.log.codec import InputDecoder
from streams.log.deadletters import letter_in, written
from streams.log.log import NewRecord, Place, positions_after, read_to_end
from streams.log.topics import DEADLETTERS, LABELS, OPERATIONS, SHARED

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from streams.log.log import GroupMember, Log, Record

BATCH = 100
"""Letters per batch, of up to 350 KB each."""

POLL_S = 0.2
TRIES = 5
"""Commits in a row with an unknown outcome, before it gives up."""


class Resent(NamedTuple):
    """A letter, its partition and offset, and the records to send; none if it cannot be sent."""

    letter: DeadLetter
    partition: int
    offset: int
    records: Sequence[NewRecord]


def resend(
    log: Log, group: str, rules: Sequence[str] = (), since: int = 0, *, dry_run: bool = False
) -> Generator[Resent]:
    """Send the original records of dead letters to their topics again; yield each letter.

    A letter without its original cannot be sent, nor one about a tick, whose time has passed.

    Parameters
    ----------
    log
        The log.
    group
        Group of the workers; names of the groups that record what was sent begin with it.
    rules
        Rules of the letters to send; empty for all.
    since
        First offset in each partition; letters before it are skipped permanently.
    dry_run
        Send nothing, and record nothing.

    Raises
    ------
    BadValue
        If no letter has one of the rules.
    LogBusy
        If another process resends, and the log allows only one.
    CommitUnknown
        If the outcome of commits stays unknown: what was sent is recorded, the rest can be sent
        later.
    """
    ends, known = _survey(log)
    for rule in rules:
        if rule not in known:
            msg = f"no dead letter has the rule {rule!r}{nearest(rule, known) if known else ''}"
            raise BadValue(msg)
    decoder, partitions = InputDecoder(), log.partitions(LABELS)
    for rule in dict.fromkeys(rules or sorted(known)):
        with closing(log.shared(f"{group}-deadletters-{rule}", [DEADLETTERS])) as reader:
            passing = _Passing(reader, ends)
            while (records := passing.next()) is not None:
                resent = [
                    Resent(
                        letter,
                        record.partition,
                        record.offset,
                        records_again(letter, decoder, partitions),
                    )
                    for record in records
                    if record.offset >= since
                    and (letter := letter_in(record))
                    and letter.rule == rule
                ]
                if dry_run or passing.commit([new for sent in resent for new in sent.records]):
                    yield from resent


def records_again(
    letter: DeadLetter, decoder: InputDecoder, partitions: int
) -> Sequence[NewRecord]:
    """Return the records to send for a letter's original; none if it cannot be sent.

    An event goes to its own topic, by its own key. Anything else goes back to its topic, for the
    worker to check. An invalid line of a file, which has no topic, becomes a letter again; so does
    an invalid pool or order, which would take the place of the one that holds.

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
        event = checked(original, decoder)
    except EventError as error:
        if topic is None or topic in OPERATIONS:
            again = DeadLetter(
                rule=error.rule,
                message=f"again: {error}",
                topic=topic,
                key=letter.key,
                original=original,
            )
            return [written(again, 0)]
        if topic not in SHARED:  # another program's letter
            return []
        if letter.key is not None:
            return [NewRecord(topic, letter.key, original)]
        if letter.partition not in range(partitions):
            return []
        return [NewRecord(topic, None, original, letter.partition)]
    return [] if isinstance(event, Tick) else records_of(original, decoder, partitions)


def _survey(log: Log) -> tuple[dict[Place, int], set[str]]:
    """Return the current end offsets of the letters, and their rules."""
    ends: dict[Place, int] = {}
    rules: set[str] = set()
    for partition in range(log.partitions(DEADLETTERS)):
        with closing(log.follow(DEADLETTERS, partition)) as reader:
            ends[Place(DEADLETTERS, partition)] = reader.end()
            for records in read_to_end(reader, BATCH):
                rules.update(letter.rule for record in records if (letter := letter_in(record)))
    return ends, rules


class _Passing:
    """Reads what a group has not committed yet, up to given ends, and commits it."""

    def __init__(self, reader: GroupMember, ends: Mapping[Place, int]) -> None:
        self._reader = reader
        self._ends = ends
        self._done: set[Place] = set()
        self._records: list[Record] = []
        self._failed = 0

    def next(self) -> list[Record] | None:
        """Return the next records, possibly none; `None` after the last."""
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
        """Write `new` and commit what `next` returned; return whether that succeeded.

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
