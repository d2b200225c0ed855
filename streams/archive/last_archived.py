"""How far an archive has a topic partition: what its files say, read without touching them."""

from __future__ import annotations

from hashlib import blake2b
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import StateError
from streams.archive.dropped import divided
from streams.archive.names import check_chain, header_of, ranges_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streams.archive.names import OffsetRange
    from streams.log.log import Place, Record


class LastArchived(NamedTuple):
    """The last position that is archived, and a digest of the record there; -1 if none is."""

    last: int
    digest: str

    @property
    def position(self) -> int:
        """Where to read on: behind everything archived."""
        return self.last + 1

    def check(self, record: Record, folder: Path) -> None:
        """Check that a record is the one archived last, if it stands where that one stood.

        Raises
        ------
        StateError
            If it is another: so the log is another.
        """
        if record.offset == self.last and digest_of(record.value) != self.digest:
            raise StateError(
                f"{folder}: its record {record.offset} of {record.topic}/{record.partition} is not"
                " the log's: it is the archive of another log"
            )


NOTHING = LastArchived(-1, "")


def last_archived(folder: Path, place: Place) -> LastArchived:
    """Return how far a folder has a topic partition, as far as its ranges are whole.

    Raises
    ------
    StateError
        If files are missing, or there twice; the message names them.
    """
    return end_of_chain([*takewhile(lambda one: one.whole, divided(ranges_of(folder, place)).live)])


def end_of_chain(whole: Sequence[OffsetRange]) -> LastArchived:
    """Return where ranges end that follow each other.

    Raises
    ------
    StateError
        If they don't; the message names the files.
    """
    check_chain(whole)
    if not whole:
        return NOTHING
    return LastArchived(whole[-1].last, header_of(whole[-1].done[1]).last_digest)


def digest_of(value: bytes | None) -> str:
    """Return the digest of a record's value that a header holds."""
    return blake2b(value or b"", digest_size=16).hexdigest()
