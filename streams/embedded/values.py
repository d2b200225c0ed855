"""Compression of values in the embedded log: zstd with a trained dictionary, value by value.

An event is short, and most of it repeats what is in other events: names of fields, pools and
classes. A zstd dictionary holds that; it is trained on the newest events of a partition and stored
in the table `dictionaries`. The column `dictionary` has the number of a value's dictionary, or NULL
if the value is not compressed. Files of version 1 have neither; compacted topics lack the column,
since values that are deleted soon are not worth it.
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
"""Smallest value that is compressed: smaller ones gain too little for the time."""

FIRST = 500
"""Offset from which a partition has a dictionary: before, it has too few samples."""

RENEW = 200_000
"""Offsets until a new dictionary is trained: projects, pools and features change."""

SAMPLES = 500
DICTIONARY_BYTES = 16 * 1024
LOG_COUNTERS = 18
"""Base-2 logarithm of the counters of pieces of samples. With zstd's 20, most of the training went
into clearing them: 6.6 ms a dictionary, against 1.6, and values became no smaller by it."""
CACHED = 64
"""Dictionaries in memory, of some 100 KB each when in use."""


Stored = tuple[bytes | None, int | None]
"""A value as stored in its table, and the number of its dictionary."""


class Newest(NamedTuple):
    """The dictionary with which new values of a partition are compressed."""

    number: int
    since: int
    compressor: zstandard.ZstdCompressor


class EmbeddedValues:
    """Compresses and decompresses the values of one file."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.compressed = version_of(connection) >= COMPRESSED
        self._connection = connection
        self._path = path
        self._newest: dict[Place, Newest] = {}
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}

    def column(self, topic: str) -> str:
        """Return the SQL expression of a value's dictionary: a column, or NULL."""
        return "dictionary" if self.compressed and not TOPICS[topic].compacted else "NULL"

    def store(self, place: Place, end: int, values: Sequence[bytes | None]) -> list[Stored]:
        """Return `values`, to be written at offset `end`, as they are stored."""
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
            msg = f"{self._path}: the file is damaged: a value can't be decompressed ({error})"
            raise LogCorrupt(msg) from error

    def forget(self) -> None:
        """Drop all dictionaries from memory: after a rollback, some may not be in the file."""
        self._newest.clear()
        self._decompressors.clear()

    def _dictionary(self, place: Place, end: int, values: Sequence[bytes | None]) -> Newest | None:
        """Return the dictionary to compress with; `None` if there are too few samples yet."""
        known = self._newest.get(place)
        after = end + len(values)
        if after < (FIRST if known is None else known.since + RENEW):
            return known
        row = self._connection.execute(
            "SELECT number, since, content FROM dictionaries WHERE topic = ? AND partition = ?"
            " ORDER BY number DESC LIMIT 1",
            place,
        ).fetchone()
        if row is None or after >= row[1] + RENEW:  # nor has another process trained one
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
        """Train a dictionary on the newest values; return `None` if none is large enough."""
        rows = self._connection.execute(
            f'SELECT value, dictionary FROM {table(*place)} WHERE "offset" >= ?',
            (end - max(0, SAMPLES - len(values)),),
        )
        before = [self.restore(*row) if row[1] is not None else row[0] for row in rows]
        newest = [value for value in [*before, *values] if value is not None]
        samples = [value for value in newest if len(value) >= LEAST_BYTES][-SAMPLES:]
        if not samples:
            return None
        try:
            content = zstandard.train_dictionary(
                DICTIONARY_BYTES, samples, k=200, d=8, f=LOG_COUNTERS, level=LEVEL
            ).as_bytes()
        except zstandard.ZstdError:  # too few, or too similar: then they are the dictionary
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
            msg = f"dictionary {number} is missing"
            raise LookupError(msg)
        if len(self._decompressors) >= CACHED:
            self._decompressors.clear()
        dictionary = zstandard.ZstdCompressionDict(row[0])
        decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
        self._decompressors[number] = decompressor
        return decompressor
