"""The delimiter and encoding of a CSV file, found in its first rows.

A delimiter must split every row that is looked at into as many fields as the header. Of those that
do, the one with the most fields is taken, and of equals the one that the file's name promises.
If none does: the promised one if it splits the header, else the one with the most fields.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import islice

from replay.tables.formats.encoding import encoding_of

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 16
"""Bytes that are looked at: a header, however long, and some rows."""
HEAD_ROWS = 20


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV file is written: its delimiter, and the name of Python's codec for it."""

    delimiter: str
    encoding: str

    @property
    def decimal_comma(self) -> bool:
        """Whether 0,7 may be a number: where commas don't separate fields."""
        return self.delimiter != ","


def dialect_of(head: bytes, promised: str = ",", *, whole: bool = False) -> Dialect:
    r"""Find how a file is written from its first bytes.

    Parameters
    ----------
    head
        The first bytes of the file, decompressed.
    promised
        The delimiter that the file's name promises.
    whole
        Whether `head` is all of the file; else its last row may be cut.

    Examples
    --------
    >>> dialect_of(b"action;reward;propensity\na;0,7;0,5\n")
    Dialect(delimiter=';', encoding='utf-8')
    >>> dialect_of(b"action;pool,reward\na,1\n", whole=True).delimiter
    ','
    """
    encoding = encoding_of(head)
    text = head.decode(encoding, errors="replace")
    ranks = {}
    for delimiter in DELIMITERS:
        header, *rows = _widths(text, delimiter, whole=whole) or [1]
        consistent = header > 1 and all(width == header for width in rows)
        ranks[delimiter] = (consistent, header, delimiter == promised)
    best = max(ranks, key=ranks.__getitem__)
    split_by_promised = ranks[promised][1] > 1
    return Dialect(best if ranks[best][0] or not split_by_promised else promised, encoding)


def _widths(text: str, delimiter: str, *, whole: bool) -> list[int]:
    """Fields of the first rows; empty rows don't count."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(islice(reader, HEAD_ROWS + 1))
    except csv.Error:
        return []
    if len(rows) <= HEAD_ROWS and not whole and len(rows) > 1:
        rows = rows[:-1]
    return [len(row) for row in rows[:HEAD_ROWS] if row]
