"""The embedded log: topics, positions and transactions in one SQLite file, on one machine.

Any number of processes may write and follow at the same time; a group has one worker at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.embedded.integrity import refuse_damaged
from streams.embedded.readers import EmbeddedFollower, EmbeddedMember, EmbeddedWriter
from streams.embedded.tables import EmbeddedTables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streams.config.log_settings import Synchronous


class EmbeddedLog(EmbeddedTables):
    """A `streams.log.log.Log` in one SQLite file; the parameters are those of `EmbeddedTables`."""

    def __init__(
        self,
        path: Path,
        partitions: int | None = None,
        *,
        create: bool = False,
        synchronous: Synchronous = "FULL",
        compressed: bool = True,
    ) -> None:
        super().__init__(
            path, partitions, create=create, synchronous=synchronous, compressed=compressed
        )
        self._readers: list[EmbeddedMember | EmbeddedWriter] = []

    def writer(self, name: str) -> EmbeddedWriter:
        """Become the one writer of `name`.

        Raises
        ------
        LogBusy
            If another writer, in any process, has the name.
        """
        writer = EmbeddedWriter(self, name)
        self._readers.append(writer)
        return writer

    def shared(self, group: str, topics: Sequence[str]) -> EmbeddedMember:
        """Join `group` as its only member, a reader of `topics`.

        Raises
        ------
        LogBusy
            If another worker, in any process, is its member.
        LogCorrupt
            If the file is damaged, as by a backup copied over it beside an old `-wal`.
        """
        refuse_damaged(self.connection, self.path)
        reader = EmbeddedMember(self, group, topics)
        self._readers.append(reader)
        return reader

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> EmbeddedFollower:
        """Read one partition from `position` on."""
        self.check_place(topic, partition)
        return EmbeddedFollower(self, topic, partition, position)

    def close(self) -> None:
        """Close the readers and the file."""
        for reader in self._readers:
            reader.close()
        self.connection.close()
