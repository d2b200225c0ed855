"""How the embedded log keeps values: the larger ones compressed, each by itself, with a dictionary.

An event is short, and most of what repeats in it stands in its neighbours too: names of fields,
pools and classes. A dictionary of zstd holds that; it is trained on the newest events of a
partition and kept in the table `dictionaries`. The column `dictionary` beside a value has the
number of the one that it was compressed with, and NULL beside a value that stands as it came. Files
of version 1 have neither; compacted topics lack the column, since what is deleted soon is not worth
it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import zstandard

from bandit.errors import LogCorrupt
from streams.embedded.file import COMPRESSED, table, version_of
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from streams.log.log import Place

LEVEL = 1
LEAST_BYTES = 200
"""Of a value that is compressed: of less, the time is better spent elsewhere."""

FIRST = 500
"""Offset from which a partition has a dictionary: below, it has too little to learn from."""

RENEW = 200_000
"""Offsets until a dictionary is trained anew: projects, pools and features change."""

SAMPLES = 500
DICTIONARY_BYTES = 16 * 1024
CACHED = 64
"""Dictionaries that stay in memory, of some 100 KB each when in use."""


Stored = tuple[bytes | None, int | None]
"""A value as it stands in its table, and the number of its dictionary."""


class Newest(NamedTuple):
    """The dictionary that a partition writes with."""

    number: int
    since: int
    compressor: zstandard.ZstdCompressor


class EmbeddedValues:
    """Values of one file, on their way in and out."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.compressed = version_of(connection) >= COMPRESSED
        self._connection = connection
        self._path = path
        self._newest: dict[Place, Newest] = {}
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}

    def column(self, topic: str) -> str:
        """Return where the number of a value's dictionary is read: a column, or NULL."""
        return "dictionary" if self.compressed and not TOPICS[topic].compacted else "NULL"

    def store(self, place: Place, end: int, values: Sequence[bytes | None]) -> list[Stored]:
        """Return how `values` are stored that come at `end`, inside a transaction."""
        newest = self._dictionary(place, end, values) if self.compressed else None
        if newest is None:
            return [(value, None) for value in values]
        number, compress = newest.number, newest.compressor.compress
        stored: list[Stored] = []
        for value in values:
            if value is not None and len(value) >= LEAST_BYTES:
                smaller = compress(value)
                if len(smaller) < len(value):
                    stored.append((smaller, number))
                    continue
            stored.append((value, None))
        return stored

    def restore(self, stored: bytes, number: int) -> bytes:
        """Return a value that was compressed with the dictionary of that number.

        Raises
        ------
        LogCorrupt
            If it can't be decompressed.
        """
        try:
            decompressor = self._decompressors.get(number) or self._decompressor(number)
            return decompressor.decompress(stored)
        except (zstandard.ZstdError, LookupError) as error:
            msg = f"{self._path}: damaged: a value can't be decompressed ({error})"
            raise LogCorrupt(msg) from error

    def forget(self) -> None:
        """Forget all dictionaries: one of a transaction that was rolled back is not in the file."""
        self._newest.clear()
        self._decompressors.clear()

    def _dictionary(self, place: Place, end: int, values: Sequence[bytes | None]) -> Newest | None:
        """Return what to compress with; `None` where there is too little to learn from yet."""
        known = self._newest.get(place)
        after = end + len(values)
        if after < (FIRST if known is None else known.since + RENEW):
            return known
        row = self._connection.execute(
            "SELECT number, since, content FROM dictionaries WHERE topic = ? AND partition = ?"
            " ORDER BY number DESC LIMIT 1",
            place,
        ).fetchone()
        if row is None or after >= row[1] + RENEW:  # nor has another process made one
            row = self._train(place, end, values) or row
        if row is not None:
            number, since, content = row
            dictionary = zstandard.ZstdCompressionDict(content)
            dictionary.precompute_compress(level=LEVEL)
            compressor = zstandard.ZstdCompressor(
                dict_data=dictionary, level=LEVEL, write_content_size=True
            )
            self._newest[place] = Newest(number, since, compressor)
        return self._newest.get(place)

    def _train(
        self, place: Place, end: int, values: Sequence[bytes | None]
    ) -> tuple[int, int, bytes] | None:
        """Make a dictionary of the newest values; `None` if none is large enough."""
        rows = self._connection.execute(
            f'SELECT value, dictionary FROM {table(*place)} WHERE "offset" >= ?',
            (end - max(0, SAMPLES - len(values)),),
        )
        before = [self.restore(*row) if row[1] is not None else row[0] for row in rows]
        large = [one for one in [*before, *values] if one is not None and len(one) >= LEAST_BYTES]
        samples = large[-SAMPLES:]
        if not samples:
            return None
        try:
            trained = zstandard.train_dictionary(DICTIONARY_BYTES, samples, k=200, d=8, level=LEVEL)
            content = trained.as_bytes()
        except zstandard.ZstdError:  # too few, or too much alike: then they are the dictionary
            content = b"".join(samples)[-DICTIONARY_BYTES:]
        row = (*place, end, content)
        cursor = self._connection.execute(
            "INSERT INTO dictionaries (topic, partition, since, content) VALUES (?, ?, ?, ?)", row
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid, end, content

    def _decompressor(self, number: int) -> zstandard.ZstdDecompressor:
        row = self._connection.execute(
            "SELECT content FROM dictionaries WHERE number = ?", (number,)
        ).fetchone()
        if row is None:
            msg = f"there is no dictionary {number}"
            raise LookupError(msg)
        if len(self._decompressors) >= CACHED:
            self._decompressors.clear()
        made = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(row[0]))
        self._decompressors[number] = made
        return made
