"""Our own log, an embedded SQLite file, read-only and task by task.

The file's tables are a contract with `streams`: a topic's partition is the table `TOPIC/N` with
the columns offset, key, value (an event as JSON), and `topics` says how many partitions there
are. Events of one task are gathered in a temporary database of SQLite's, on disk, so memory stays
flat however long the log is.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec

from bandit.errors import LogCorrupt, LogError, MissingInput
from bandit.events import Decision, Reward, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x706F6F6C
SCHEMA_VERSION = 1
AUDIT = "audit"
"""`why` of a decision that asks for gold after the verdict: no part of how the task was decided."""

E = TypeVar("E")

_decision = msgspec.json.Decoder(Decision)
_reward = msgspec.json.Decoder(Reward)
_verdict = msgspec.json.Decoder(Verdict)


class History(msgspec.Struct):
    """What the log says about one task: decisions in order, the newest revisions of the rest."""

    task: str
    at: float
    decisions: list[Decision]
    verdicts: list[Verdict]
    rewards: list[Reward]


def is_own_log(path: Path) -> bool:
    """Whether a file is SQLite's, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class OwnLog:
    """An embedded log with its events gathered by task; `unread` counts records of no use.

    Raises
    ------
    LogCorrupt
        If it is another program's file, or damaged.
    LogError
        If its tables are of another version.
    MissingInput
        If it holds no decisions.
    """

    def __init__(self, path: Path, tell: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.unread = 0
        self.end = float("-inf")
        with self._one_line():
            uri = f"{path.absolute().as_uri()}?{_mode(path)}"
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
            self._check()
            self._gather(tell)
        self.tasks = int(self._one("SELECT count(*) FROM temp.tasks"))
        if not self.tasks:
            self.close()
            raise MissingInput(f"{path}: the log holds no decisions yet")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and drop what was gathered."""
        self._db.close()

    def pending(self) -> int:
        """How many tasks have no verdict yet."""
        return self._one(
            "SELECT count(*) FROM temp.tasks WHERE task NOT IN (SELECT task FROM temp.verdicts)"
        )

    def longest_s(self) -> float:
        """Longest time from a task's first decision to its verdict; 0 without a verdict."""
        found = self._db.execute(
            "SELECT max(v.at - t.at) FROM temp.tasks t JOIN temp.verdicts v USING (task)"
            " WHERE v.revision = 0"
        ).fetchone()[0]
        return float(found or 0.0)

    def histories(self) -> Iterator[History]:
        """Yield every task that was decided about, in the order of their first decisions."""
        with self._one_line():
            for task, at in self._db.execute("SELECT task, at FROM temp.tasks ORDER BY at, task"):
                decisions = [
                    _decision.decode(value)
                    for (value,) in self._db.execute(
                        "SELECT value FROM temp.decisions WHERE task = ? ORDER BY ask", (task,)
                    )
                ]
                verdicts = [
                    _verdict.decode(value)
                    for (value,) in self._db.execute(
                        "SELECT value FROM temp.verdicts WHERE task = ? ORDER BY revision", (task,)
                    )
                ]
                rewards = [
                    _reward.decode(value)
                    for (value,) in self._db.execute(
                        "SELECT value FROM temp.rewards WHERE task = ? ORDER BY ask", (task,)
                    )
                ]
                yield History(task, at, decisions, verdicts, rewards)

    def _check(self) -> None:
        found = self._one("PRAGMA application_id")
        if found != APPLICATION_ID:
            raise LogCorrupt(f"{self.path}: not a poolwise log, but another program's SQLite file")
        version = self._one("PRAGMA user_version")
        if version != SCHEMA_VERSION:
            raise LogError(
                f"{self.path}: its tables are of version {version}, this poolwise knows"
                f" {SCHEMA_VERSION}"
            )

    def _gather(self, tell: Callable[[int], None] | None) -> None:
        run = self._db.execute
        run("PRAGMA temp_store = FILE")
        run("BEGIN")  # one snapshot, though a worker may be writing
        run("CREATE TEMP TABLE decisions (task, ask, at, value, PRIMARY KEY (task, ask))")
        run("CREATE TEMP TABLE verdicts (task, revision, at, value, PRIMARY KEY (task, revision))")
        run("CREATE TEMP TABLE rewards (task, ask, revision, value, PRIMARY KEY (task, ask))")
        for value in self._values("decisions", tell):
            if (d := self._read(_decision, value)) is not None and d.why != AUDIT:
                self.end = max(self.end, d.at)
                run("INSERT OR IGNORE INTO temp.decisions VALUES (?,?,?,?)", _d(d, value))
        for value in self._values("verdicts", tell):
            if (v := self._read(_verdict, value)) is not None:
                self.end = max(self.end, v.at)
                row = (v.task, v.revision, v.at, value)
                run("INSERT OR IGNORE INTO temp.verdicts VALUES (?,?,?,?)", row)
        newest = (
            "INSERT INTO temp.rewards VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
            " revision = excluded.revision, value = excluded.value"
            " WHERE excluded.revision > revision"
        )
        for value in self._values("rewards", tell):
            if (r := self._read(_reward, value)) is not None:
                self.end = max(self.end, r.at)
                run(newest, (r.task, r.ask, r.revision, value))
        run(
            "CREATE TEMP TABLE tasks AS"
            " SELECT task, min(at) AS at FROM temp.decisions GROUP BY task"
        )
        run("CREATE INDEX temp.by_time ON tasks (at, task)")
        run("COMMIT")

    def _values(self, topic: str, tell: Callable[[int], None] | None) -> Iterator[bytes]:
        ways = self._db.execute(
            "SELECT partitions FROM topics WHERE topic = ?", (topic,)
        ).fetchone()
        for partition in range(ways[0] if ways else 0):
            table = f'"{topic}/{partition}"'
            for count, (value,) in enumerate(
                self._db.execute(f'SELECT value FROM {table} ORDER BY "offset"')  # noqa: S608 - ours
            ):
                if value is not None:
                    yield value
                if tell is not None and count % 1000 == 999:
                    tell(1000)

    def _read(self, decoder: msgspec.json.Decoder[E], value: bytes) -> E | None:
        try:
            return decoder.decode(value)
        except msgspec.DecodeError:
            self.unread += 1
            return None

    def _one(self, sql: str) -> int:
        return int(self._db.execute(sql).fetchone()[0])

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorname", "")
            if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                raise LogError(
                    f"{self.path}: can't be read where nothing may be written ({error}): "
                    "copy it with its -wal file to a folder that is yours"
                ) from error
            if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "no such" in str(error):
                raise LogCorrupt(
                    f"{self.path}: not a poolwise log, or damaged ({error})"
                ) from error
            raise LogError(f"{self.path}: {error}") from error


def _mode(path: Path) -> str:
    """Read-only; where nothing may be written and no writer left anything, not to change at all.

    SQLite wants to put two files beside a log to read it.
    """
    beside = path.with_name(path.name + "-wal")
    left = beside.exists() and beside.stat().st_size > 0
    return "mode=ro" if left or os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"


def _d(decision: Decision, value: bytes) -> tuple[str, int, float, bytes]:
    return decision.task, decision.ask, decision.at, value
