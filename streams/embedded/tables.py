"""Tables of an embedded log: records are appended and deleted in transactions.

After a crash at any moment, exactly the committed transactions are there.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, LogError
from streams.embedded.file import (
    COMPRESSED,
    PLAIN,
    advice,
    connect,
    one_line_errors,
    table,
)
from streams.embedded.same_file import SameFile
from streams.embedded.values import EmbeddedValues
from streams.log.log import Place
from streams.log.topics import TOPICS, partition_of, topic_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from streams.config.log_settings import Synchronous
    from streams.log.log import NewRecord

    Columns = tuple[list[bytes | None], list[bytes | None]]
    """Keys and values of records, in their order."""

KEEP_TOMBSTONES = 100_000
"""Offsets after which a tombstone is deleted: until then, followers that lag read it too."""


class EmbeddedTables:
    """The records of a log in one SQLite file; to be used from one thread.

    Parameters
    ----------
    path
        The file; SQLite creates two more beside it while it is open.
    partitions
        Number of partitions of the topics by task, fixed when the log is created (1 by default);
        later, another number is an error.
    create
        Create the file if it does not exist.
    synchronous
        FULL waits for the disk at each commit, so that a committed ask survives a power cut.
        NORMAL waits at checkpoints only: a power cut may lose the last transactions (whole ones; a
        killed process loses none). Good for simulations and replays, whose commits are many and
        small: with batches of 1,000 records there is no difference (`bench/log.py`).
    compressed
        A new file compresses larger values; the first release can't open it then.

    Raises
    ------
    MissingInput, LogCorrupt, LogError
        See `streams.embedded.file.connect`.
    """

    def __init__(
        self,
        path: Path,
        partitions: int | None = None,
        *,
        create: bool = False,
        synchronous: Synchronous = "FULL",
        compressed: bool = True,
    ) -> None:
        self.path = path
        self.connection = connect(
            path,
            partitions=partitions,
            create=create,
            synchronous=synchronous,
            version=COMPRESSED if compressed else PLAIN,
        )
        self.file = SameFile(path)
        with one_line_errors(path):
            rows = self.connection.execute("SELECT topic, partitions FROM topics").fetchall()
            self.values = EmbeddedValues(self.connection, path)
        self._partitions: dict[str, int] = dict(rows)

    def partitions(self, topic: str) -> int:
        """Return the number of partitions of `topic`."""
        return self._partitions[topic_named(topic).name]

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""
        with self.transaction():
            self.append(records)

    def check_place(self, topic: str, partition: int) -> None:
        """Raise `LogError` if `topic` has no such partition."""
        count = self.partitions(topic)
        if not 0 <= partition < count:
            msg = f"{self.path}: topic {topic} has no partition {partition}, only 0 to {count - 1}"
            raise LogError(msg)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Transaction: all that is written inside is committed, or nothing.

        Raises
        ------
        LogError
            If the file isn't at its path any more; nothing was written then.
        CommitUnknown
            If the commit itself failed; any other error means that nothing was written.
        """
        connection = self.connection
        with one_line_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.file.check()
            except BaseException:
                self._roll_back()
                raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            msg = f"{self.path}: the commit failed: {error}{advice(self.path, error)}"
            raise CommitUnknown(msg) from error

    def append(self, records: Iterable[NewRecord]) -> None:
        """Append records inside a transaction, one statement per partition, each in its order."""
        batches: defaultdict[tuple[str, int], Columns] = defaultdict(lambda: ([], []))
        for new in records:
            topic, key, partition = new.topic, new.key, new.partition
            if partition is None:
                partition = self._partition_of(topic, key)
            keys, values = batches[topic, partition]
            keys.append(key)
            values.append(new.value)
        for (topic, which), columns in batches.items():
            self._append_batch(topic, which, columns)

    def _partition_of(self, topic: str, key: bytes | None) -> int:
        """Return the partition of a record that names none."""
        partitions = self._partitions.get(topic, 1)  # an unknown topic is refused when it's written
        if partitions == 1:
            return 0
        if key is None:
            msg = f"{self.path}: a record for {topic} has neither key nor partition"
            raise LogError(msg)
        return partition_of(key, partitions)

    def _append_batch(self, topic: str, partition: int, columns: Columns) -> None:
        self.check_place(topic, partition)
        name = table(topic, partition)
        compacted = TOPICS[topic].compacted
        end = self.end(topic, partition)
        keys, values = columns
        if self.values.column(topic) == "NULL":
            verb = "INSERT OR REPLACE" if compacted else "INSERT"
            self.connection.executemany(
                f"{verb} INTO {name} VALUES (?, ?, ?)",
                zip(count(end), keys, values, strict=False),
            )
        else:
            stored = zip(*self.values.store(Place(topic, partition), end, values), strict=True)
            self.connection.executemany(
                f"INSERT INTO {name} VALUES (?, ?, ?, ?)",
                zip(count(end), keys, *stored, strict=False),
            )
        if compacted:
            self.connection.execute(
                f'DELETE FROM {name} WHERE value IS NULL AND "offset" < ?',
                (end - KEEP_TOMBSTONES,),
            )

    def end(self, topic: str, partition: int) -> int:
        """Return the end offset: that of the next record of a partition."""
        name = table(topic, partition)
        last = self.connection.execute(f'SELECT max("offset") FROM {name}').fetchone()[0]
        return 0 if last is None else last + 1

    def begin(self, topic: str, partition: int) -> int:
        """Return the offset of the first record of a partition; 0 if it is empty."""
        with one_line_errors(self.path):
            name = table(topic, partition)
            first = self.connection.execute(f'SELECT min("offset") FROM {name}').fetchone()[0]
        return first or 0

    def delete_before(self, topic: str, partition: int, offset: int) -> int:
        """Delete the records before `offset`, in one transaction; return their number.

        The last record of a partition is kept, because the next offset follows from it.
        """
        self.check_place(topic, partition)
        with self.transaction():
            last = self.end(topic, partition) - 1
            name = table(topic, partition)
            cursor = self.connection.execute(
                f'DELETE FROM {name} WHERE "offset" < ?', (min(offset, last),)
            )
            return cursor.rowcount

    def _roll_back(self) -> None:
        self.values.forget()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
