"""Task histories from our own log, in whichever format it is stored.

Events of one task are gathered in a temporary database of SQLite's, on disk, so memory stays flat
however long the log is.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import msgspec

from bandit.errors import MOST_NAMED, LogError, MissingInput
from bandit.events import Decision, Reward, Verdict
from replay.log_files.archive_folder import ArchiveFolder, check_whole, is_archive
from replay.log_files.log_file import LogFile
from replay.log_files.reused_ids import ReusedIds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AUDIT = "audit"
"""`why` of a decision that asks for gold after the verdict: no part of how the task was decided."""

E = TypeVar("E", Decision, Reward, Verdict)

_decision = msgspec.json.Decoder(Decision)
_reward = msgspec.json.Decoder(Reward)
_verdict = msgspec.json.Decoder(Verdict)

# A task with a verdict has a reward for each of its decisions but the last, which was to stop.
_DROP_UNREWARDED = """
    DELETE FROM tasks WHERE task IN (SELECT task FROM verdicts) AND
        (SELECT count(*) FROM decisions WHERE decisions.task = tasks.task)
        > 1 + (SELECT count(*) FROM rewards WHERE rewards.task = tasks.task)
"""


class KeptEvents(Protocol):
    """What a log is kept in; `left_out` names what is there but can't be used yet."""

    left_out: tuple[str, ...]
    deleted: int

    def values(self, topic: str) -> Iterator[bytes]:
        """Yield the records of a topic, partition after partition, in their order."""

    def close(self) -> None:
        """Let go of it."""


class History(msgspec.Struct):
    """What the log says about one task: decisions in order, the newest revisions of the rest.

    `task` is its id; of a later task of the same id it is another name, in its events too.
    """

    task: str
    at: float
    decisions: list[Decision]
    verdicts: list[Verdict]
    rewards: list[Reward]


class OwnLog:
    """A log with its events gathered by task: an embedded one's file, or an archive's folder.

    Attributes
    ----------
    tasks
        How many were decided about.
    headless
        Tasks left out because decisions of theirs are missing: older than the archive, say.
    unrewarded
        Tasks of an archive left out because rewards of theirs are missing, though verdicts are not.
    unread
        Records that are no event.
    left_out
        Files of an archive that are not whole yet.
    deleted
        Ranges of positions that the log deleted before they were archived.

    Raises
    ------
    LogCorrupt
        If it is something else's, or damaged.
    LogError
        If it is of another version.
    MissingInput
        If it holds no decisions, or is a folder that is no archive or a part of one.
    """

    def __init__(self, path: Path, tell: Callable[[int], None] | None = None) -> None:
        self.path = path
        self.unread = self.unrewarded = 0
        self._ids = ReusedIds()
        self.end = float("-inf")
        check_whole(path)
        if path.is_dir() and not is_archive(path):
            raise MissingInput(f"{path}: a folder that is not an archive (poolwise archive)")
        kept: KeptEvents = ArchiveFolder(path) if path.is_dir() else LogFile(path)
        self._db = sqlite3.connect("", isolation_level=None)  # a file that nobody else sees
        with closing(kept), self._one_line():
            self._gather(kept, tell)
        self.left_out, self.deleted = kept.left_out, kept.deleted
        self.tasks = self._one("SELECT count(*) FROM tasks")
        known = self._one("SELECT count(DISTINCT task) FROM decisions") - self.unrewarded
        self.headless = known - self.tasks
        if not self.tasks:
            self.close()
            if self.unrewarded:
                raise MissingInput(f"{path}: no task has all of its rewards: files are missing")
            raise MissingInput(f"{path}: the log holds no decisions yet")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what was gathered."""
        self._db.close()

    def trouble(self) -> dict[str, int]:
        """Count what there is and can't be used."""
        return {
            "unread": self.unread,
            "headless": self.headless,
            "unrewarded": self.unrewarded,
            "incomplete": len(self.left_out),
            "deleted": self.deleted,
        }

    def notes(self) -> tuple[str, ...]:
        """Say what of it there is."""
        named = ", ".join(self.left_out[:MOST_NAMED])
        counts = {
            f"{self.unread} records could not be read": self.unread,
            f"{self.headless} tasks are left out, because decisions about them are missing": (
                self.headless
            ),
            (
                f"{self.unrewarded} tasks are left out, because rewards of theirs are missing: a"
                " file is lost or not whole"
            ): self.unrewarded,
            f"{len(self.left_out)} files are of ranges that aren't whole yet: {named}": len(
                self.left_out
            ),
            f"{self.deleted} times the log had deleted records before they were archived": (
                self.deleted
            ),
        }
        return tuple(note for note, count in counts.items() if count)

    def pending(self) -> int:
        """How many tasks have no verdict yet."""
        return self._one("SELECT count(*) FROM tasks WHERE task NOT IN (SELECT task FROM verdicts)")

    def longest_s(self) -> float:
        """Longest time from a task's first decision to its verdict; 0 without a verdict."""
        row = self._db.execute(
            "SELECT max(v.at - t.at) FROM tasks t JOIN verdicts v USING (task) WHERE v.revision = 0"
        ).fetchone()[0]
        return float(row or 0.0)

    def histories(self) -> Iterator[History]:
        """Yield every task that was decided about, in the order of their first decisions."""
        with self._one_line():
            for task, at in self._db.execute("SELECT task, at FROM tasks ORDER BY at, task"):
                decisions = [
                    _of(task, _decision.decode(value))
                    for (value,) in self._db.execute(
                        "SELECT value FROM decisions WHERE task = ? ORDER BY ask", (task,)
                    )
                ]
                verdicts = [
                    _of(task, _verdict.decode(value))
                    for (value,) in self._db.execute(
                        "SELECT value FROM verdicts WHERE task = ? ORDER BY revision", (task,)
                    )
                ]
                rewards = [
                    _of(task, _reward.decode(value))
                    for (value,) in self._db.execute(
                        "SELECT value FROM rewards WHERE task = ? ORDER BY ask", (task,)
                    )
                ]
                yield History(task, at, decisions, verdicts, rewards)

    def _gather(self, kept: KeptEvents, tell: Callable[[int], None] | None) -> None:
        run = self._db.execute
        run("PRAGMA journal_mode = OFF")
        run("BEGIN")
        run("CREATE TABLE decisions (task, ask, at, value, PRIMARY KEY (task, ask))")
        run("CREATE TABLE verdicts (task, revision, at, value, PRIMARY KEY (task, revision))")
        run("CREATE TABLE rewards (task, ask, revision, value, PRIMARY KEY (task, ask))")
        for value in _told(kept.values("decisions"), tell):
            if (d := self._read(_decision, value)) is not None and d.why != AUDIT:
                self.end = max(self.end, d.at)
                row = (self._name_of(d, value), d.ask, d.at, value)
                run("INSERT OR IGNORE INTO decisions VALUES (?,?,?,?)", row)
        for value in _told(kept.values("verdicts"), tell):
            if (v := self._read(_verdict, value)) is not None:
                self.end = max(self.end, v.at)
                row = (self._ids.at(v.task, v.at), v.revision, v.at, value)
                run("INSERT OR IGNORE INTO verdicts VALUES (?,?,?,?)", row)
        newest = (
            "INSERT INTO rewards VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET"
            " revision = excluded.revision, value = excluded.value"
            " WHERE excluded.revision > revision"
        )
        for value in _told(kept.values("rewards"), tell):
            if (r := self._read(_reward, value)) is not None:
                self.end = max(self.end, r.at)
                run(newest, (self._ids.at(r.task, r.decided_at), r.ask, r.revision, value))
        run(
            "CREATE TABLE tasks AS"
            " SELECT task, min(at) AS at FROM decisions GROUP BY task HAVING count(*) = max(ask)"
        )
        if isinstance(kept, ArchiveFolder):
            self.unrewarded = run(_DROP_UNREWARDED).rowcount
        run("CREATE INDEX by_time ON tasks (at, task)")
        run("COMMIT")

    def _name_of(self, decision: Decision, value: bytes) -> str:
        """Return the name of a decision's task; the first of another task of its id begins that."""
        name = self._ids.newest(decision.task)
        if decision.ask > 1:
            return name
        first = "SELECT at, value FROM decisions WHERE task = ? ORDER BY ask LIMIT 1"
        at, stored = self._db.execute(first, (name,)).fetchone() or (decision.at, value)
        if stored == value:
            return name
        if decision.at <= at:  # a repeat
            return self._ids.at(decision.task, decision.at)
        return self._ids.begin(decision.task, decision.at)

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
            raise LogError(f"{self.path}: can't be gathered by task: {error}") from error


def _told(values: Iterator[bytes], tell: Callable[[int], None] | None) -> Iterator[bytes]:
    for count, value in enumerate(values, start=1):
        yield value
        if tell is not None and count % 1000 == 0:
            tell(1000)


def _of(name: str, event: E) -> E:
    """Return an event under the name of its task: its id, unless that was used again."""
    return event if event.task == name else msgspec.structs.replace(event, task=name)
