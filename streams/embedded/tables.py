"""The tables of an embedded log: records appended, counted and deleted in transactions.

A crash at any moment leaves the last committed transaction and nothing of a later one.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, LogError
from streams.embedded.file import (
    COMPRESSED,
    PLAIN,
    connect,
    one_line_errors,
    table,
)
from streams.embedded.values import EmbeddedValues
from streams.log.log import Place
from streams.log.topics import TOPICS, partition_of, topic_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from streams.config.log_settings import Synchronous
    from streams.log.log import NewRecord

KEEP_TOMBSTONES = 100_000
"""A deletion stays readable until as many offsets have passed: followers that lag see it too."""


class EmbeddedTables:
    """The records of a log in one SQLite file; to be used from one thread.

    Parameters
    ----------
    path
        The file; SQLite puts two more beside it while it is open.
    partitions
        How many ways the topics by task are split. Fixed when the log is made (1 unless told);
        later, another number is an error.
    create
        Make the file if it isn't there.
    synchronous
        FULL waits for the disk at each commit, so that an ask that went out survives a power cut.
        NORMAL waits at checkpoints only: a power cut may take the last transactions (whole ones; a
        killed process none). Good for simulations and replays, whose commits are many and small:
        in batches of 1,000 records the difference does not show (`bench/log.py`).
    compressed
        A file that is made compresses larger values; the release before can't open it then.

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
        with one_line_errors(path):
            rows = self.connection.execute("SELECT topic, partitions FROM topics").fetchall()
            self.values = EmbeddedValues(self.connection, path)
        self._partitions: dict[str, int] = dict(rows)

    def partitions(self, topic: str) -> int:
        """How many partitions `topic` has."""
        return self._partitions[topic_named(topic).name]

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""
        with self.transaction():
            self.append(records)

    def check_place(self, topic: str, partition: int) -> None:
        """Raise `LogError` if `topic` has no such partition."""
        ways = self.partitions(topic)
        if not 0 <= partition < ways:
            msg = f"{self.path}: {topic} has no partition {partition}, only 0 to {ways - 1}"
            raise LogError(msg)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is written inside.

        Raises
        ------
        CommitUnknown
            If the commit itself failed; any other error means that nothing was written.
        """
        connection = self.connection
        with one_line_errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._roll_back()
                raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            msg = f"{self.path}: the commit failed: {error}"
            raise CommitUnknown(msg) from error

    def append(self, records: Iterable[NewRecord]) -> None:
        """Append inside a transaction: by partition, so that each table is written in one go."""
        batches: dict[tuple[str, int | None], list[tuple[bytes | None, bytes | None]]] = {}
        for topic, key, value, given in records:
            partition = given
            if partition is None and self._partitions.get(topic, 1) > 1:
                if key is None:
                    msg = f"{self.path}: a record for {topic} has neither key nor partition"
                    raise LogError(msg)
                partition = partition_of(key, self._partitions[topic])
            batches.setdefault((topic, partition), []).append((key, value))
        for (topic, which), batch in batches.items():
            self._append_batch(topic, which or 0, batch)

    def _append_batch(
        self, topic: str, partition: int, batch: list[tuple[bytes | None, bytes | None]]
    ) -> None:
        self.check_place(topic, partition)
        name = table(topic, partition)
        compacted = TOPICS[topic].compacted
        end = self.end(topic, partition)
        if self.values.column(topic) == "NULL":
            verb = "INSERT OR REPLACE" if compacted else "INSERT"
            self.connection.executemany(
                f"{verb} INTO {name} VALUES (?, ?, ?)",
                ((offset, key, value) for offset, (key, value) in enumerate(batch, end)),
            )
        else:
            stored = self.values.store(Place(topic, partition), end, [value for _, value in batch])
            self.connection.executemany(
                f"INSERT INTO {name} VALUES (?, ?, ?, ?)",
                (
                    (end + at, key, *stored_value)
                    for at, ((key, _), stored_value) in enumerate(zip(batch, stored, strict=True))
                ),
            )
        if compacted:
            self.connection.execute(
                f'DELETE FROM {name} WHERE value IS NULL AND "offset" < ?',
                (end - KEEP_TOMBSTONES,),
            )

    def end(self, topic: str, partition: int) -> int:
        """Offset that the next record of a partition will get."""
        name = table(topic, partition)
        last = self.connection.execute(f'SELECT max("offset") FROM {name}').fetchone()[0]
        return 0 if last is None else last + 1

    def begin(self, topic: str, partition: int) -> int:
        """Offset of the first record of a partition that is still there; 0 if none ever was."""
        with one_line_errors(self.path):
            name = table(topic, partition)
            first = self.connection.execute(f'SELECT min("offset") FROM {name}').fetchone()[0]
        return first or 0

    def delete_before(self, topic: str, partition: int, offset: int) -> int:
        """Delete what stands before `offset`, in one transaction; how many records that were.

        The last record of a partition stays, because it says what the next offset is.
        """
        self.check_place(topic, partition)
        with self.transaction():
            most = self.end(topic, partition) - 1
            name = table(topic, partition)
            found = self.connection.execute(
                f'DELETE FROM {name} WHERE "offset" < ?', (min(offset, most),)
            )
            return found.rowcount

    def _roll_back(self) -> None:
        self.values.forget()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
