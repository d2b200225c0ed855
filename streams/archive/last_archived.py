"""The end of an archive in a topic partition, read from its files without changing them."""

from __future__ import annotations

from contextlib import closing
from hashlib import blake2b
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import PastEnd, StateError
from streams.archive.dropped import divided
from streams.archive.names import check_chain, header_of, ranges_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streams.archive.names import OffsetRange
    from streams.log.log import Log, Place, Record

POLL_S = 0.2

RESTORED = "; if the log was restored from a backup, archive it into a new folder"
"""What to do where an archive is ahead of its log."""


class LastArchived(NamedTuple):
    """The last archived offset, and a digest of its record; -1 if there is none."""

    last: int
    digest: str

    @property
    def position(self) -> int:
        """The offset to continue at."""
        return self.last + 1

    def check(self, log: Log, place: Place, folder: Path) -> None:
        """Check that a log has the last archived record of a partition, or had: it may be deleted.

        Raises
        ------
        StateError
            If the archive belongs to another log.
        """
        if not self.position:
            return
        try:
            reader = log.follow(*place, self.last)
        except PastEnd as error:
            raise self._more_records(place, folder) from error
        with closing(reader):
            if reader.end() < self.position:
                raise self._more_records(place, folder)
            records: list[Record] = []
            while not records and reader.position < self.position:
                records = reader.poll(1, POLL_S)
        for record in records:
            if record.offset == self.last and digest_of(record.value) != self.digest:
                raise StateError(
                    f"{folder}: archive of another log (record {record.offset} of"
                    f" {record.topic}/{record.partition} differs){RESTORED}"
                )

    def _more_records(self, place: Place, folder: Path) -> StateError:
        where = f"{place.topic}/{place.partition}"
        return StateError(
            f"{folder}: archive of another log (it has more records of {where}){RESTORED}"
        )


NOTHING = LastArchived(-1, "")


def last_archived(folder: Path, place: Place) -> LastArchived:
    """Return the end of a topic partition in a folder, after its last complete range.

    Raises
    ------
    StateError
        If files are missing or duplicated; the message names them.
    """
    live = divided(ranges_of(folder, place)).live
    return end_of_chain([*takewhile(lambda files: files.whole, live)])


def end_of_chain(whole: Sequence[OffsetRange]) -> LastArchived:
    """Return the end of consecutive ranges.

    Raises
    ------
    StateError
        If they are not consecutive; the message names the files.
    """
    check_chain(whole)
    if not whole:
        return NOTHING
    return LastArchived(whole[-1].last, header_of(whole[-1].done[1]).last_digest)


def digest_of(value: bytes | None) -> str:
    """Return the digest of a record's value, as in a header."""
    return blake2b(value or b"", digest_size=16).hexdigest()
