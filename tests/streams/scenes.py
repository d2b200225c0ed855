"""What the tests of the worker share: a log with pools in it, events, and ways for them to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bandit.engine.engine import Engine
from bandit.errors import CommitUnknown
from bandit.events import Ask, DeadLetter, Label, Pool, Task, Tick
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, Settings
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.learner.snapshots import Snapshots, manifest_of
from streams.learner.snapshots import write as write_snapshot
from streams.log.codec import encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import TOPIC_OF, key_of
from streams.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bandit.events import Input, Output, Reward
    from streams.log.log import Follower, GroupMember, Log, Place, Record, Writer

E = TypeVar("E")
SETTINGS = Settings(seed=1, policy=PolicySettings(name="cheapest", labels_per_task=2))
POOLS = (
    Pool(pool="a", at=0.0, usd_per_label=0.02, ask_timeout_s=60.0),
    Pool(pool="b", at=0.0, usd_per_label=0.05, ask_timeout_s=60.0),
)


def new_log(path: Path, partitions: int | None = None) -> EmbeddedLog:
    """Make a log, with two pools, or open it again."""
    fresh = not path.exists()
    log = EmbeddedLog(path, partitions, create=True, synchronous="NORMAL")
    if fresh:
        write(log, *POOLS)
    return log


def task(name: str, **fields: Any) -> Task:
    """Return a task with two classes."""
    defaults: dict[str, Any] = {
        "project": "p",
        "at": 1.0,
        "classes": ("yes", "no"),
        "value_usd": 1.0,
    }
    return Task(task=name, **(defaults | fields))


def record(event: Input) -> NewRecord:
    """Return an event as a feeder writes it; a tick to partition 0."""
    if isinstance(event, Tick):
        return NewRecord("labels", None, encode(event), 0)
    return NewRecord(TOPIC_OF[type(event)], key_of(event), encode(event))


def write(log: Log, *events: Input) -> None:
    """Feed events."""
    log.write([record(event) for event in events])


def label(ask: Ask, at: float, answer: str = "yes") -> Label:
    """Answer an ask, by a labeler who has not answered about this task."""
    return Label(
        label=f"{ask.task}/{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=f"w{ask.ask}",
        answer=answer,
        at=at,
    )


def read(log: Log, topic: str) -> list[Record]:
    """Read a whole topic, partition after partition."""
    records: list[Record] = []
    for partition in range(log.partitions(topic)):
        for batch in read_to_end(log.follow(topic, partition), 1000):
            records += batch
    return records


def events(log: Log, topic: str, kind: type[E]) -> list[E]:
    """Read a whole topic as events."""
    return [msgspec.json.decode(record.value or b"", type=kind) for record in read(log, topic)]


def letters(log: Log) -> list[DeadLetter]:
    """Read the dead letters."""
    return events(log, "deadletters", DeadLetter)


def worker(
    log: Log,
    make: Callable[[bytes | None], Engine] | None = None,
    *,
    clock: Callable[[], float] | None = None,
    failpoint: Callable[[str], None] = lambda _: None,
    **settings: Any,
) -> Worker:
    """Start a worker."""
    make = make or engine_maker(SETTINGS, log.partitions("tasks"))
    made = WorkerSettings(**{"snapshot_min_s": 0.0, **settings})
    return Worker(log, make, made, clock=clock, failpoint=failpoint)


class Touchy(Engine):
    """An engine with a bug: a payload of `boom` raises when half of the work is done."""

    def receive(
        self, event: Input | Reward, partition: int = 0, logged_at: float | None = None
    ) -> list[Output]:
        if isinstance(event, Pool) and event.skills == ("boom",):
            raise ZeroDivisionError("boom at once")
        outputs = super().receive(event, partition, logged_at)
        if isinstance(event, Task) and event.payload == "boom":
            raise ZeroDivisionError("half done,\nthen boom")
        return outputs


def touchy(data: bytes | None, partitions: int = 1) -> Engine:
    """Make an engine with a bug."""
    brain = Brain(SETTINGS) if data is None else Brain.from_bytes(SETTINGS, data)
    return Touchy(SETTINGS, brain, partitions)


class FlakyLog:
    """A log whose commits fail on cue, before or after they happened, or for want of room."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.fail: dict[int, str] = {}
        self.commits = 0
        self.room: int | None = None  # most records that fit into a commit
        self.fail_writes = False

    def partitions(self, topic: str) -> int:
        return self._log.partitions(topic)

    def write(self, records: Sequence[NewRecord]) -> None:
        self._log.write(records)

    def writer(self, name: str) -> Writer:
        return FlakyWriter(self, self._log.writer(name))

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> Follower:
        return self._log.follow(topic, partition, position)

    def shared(self, group: str, topics: Sequence[str]) -> GroupMember:
        return FlakyMember(self, self._log.shared(group, topics))

    def close(self) -> None:
        self._log.close()


class FlakyWriter:
    """The one writer of a name on a flaky log."""

    def __init__(self, log: FlakyLog, writer: Writer) -> None:
        self._log = log
        self._writer = writer
        self.close = writer.close

    def write(self, records: Sequence[NewRecord]) -> None:
        if self._log.fail_writes:
            raise CommitUnknown("the disk is full")
        self._writer.write(records)


class FlakyMember:
    """A member of a group on a flaky log."""

    def __init__(self, log: FlakyLog, member: GroupMember) -> None:
        self._log = log
        self._member = member
        self.held, self.poll, self.pause = member.held, member.poll, member.pause
        self.rewind, self.committed, self.seek = member.rewind, member.committed, member.seek
        self.at_end, self.close = member.at_end, member.close
        self.keep_alive, self.lost, self.lag = member.keep_alive, member.lost, member.lag
        self.heard_at = member.heard_at

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        when = self._log.fail.get(self._log.commits)
        self._log.commits += 1
        if self._log.room is not None and len(outputs) > self._log.room:
            raise CommitUnknown("the disk is full")
        if when == "before":
            raise CommitUnknown("the answer never came, nor did the commit")
        self._member.commit(outputs, positions)
        if when == "after":
            raise CommitUnknown("the answer never came, but the commit did")


def kept(log: Log) -> Snapshots:
    """Read the snapshots of a log."""
    snapshots = Snapshots(log)
    snapshots.catch_up()
    return snapshots


def save(log: Log, data: bytes, learned: int, position: int) -> None:
    """Write the next snapshot, as a learner does."""
    manifest = manifest_of(data, kept(log).next_id(), learned, position)
    writer = log.writer("scenes")
    write_snapshot(writer, manifest, data)
    writer.close()
