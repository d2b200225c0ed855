"""Checks that records are kept for longer than the tasks that need them are open."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from bandit.days import DAY_S
from streams.doctor.desk_records import is_task, partition_record, task_record
from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.log.retention import KEEP
from streams.log.topics import ASKS, DECISIONS, DESK, LABELS, TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.doctor.desk_records import PartitionRecord
    from streams.log.log import Log

RETENTION = "retention"
NEEDED = (TASKS, LABELS, ASKS, DECISIONS)
"""What may still have to be read while a task is open."""

BATCH = 1000


class OpenTasks(NamedTuple):
    """Open tasks according to the topic `desk`.

    `open` is how many are open, `oldest_at` since when the oldest, `whole` whether all of the
    topic was read; `partitions` has the state of the partitions that were read; `halted` counts
    open tasks by the situation that stopped them.
    """

    open: int
    oldest_at: float | None
    whole: bool
    partitions: Mapping[int, PartitionRecord]
    halted: Counter[str]


def read_open_tasks(log: Log, limit_s: float) -> OpenTasks:
    """Read `desk` for at most `limit_s`."""
    until, whole = time.monotonic() + limit_s, True
    arrived: dict[bytes, float] = {}
    halted: dict[bytes, str] = {}
    partitions: dict[int, PartitionRecord] = {}
    for partition in range(log.partitions(DESK)):
        with closing(log.follow(DESK, partition)) as reader:
            end = reader.end()
            while reader.position < end:
                if time.monotonic() > until:
                    whole = False
                    partitions.pop(partition, None)
                    break
                for record in reader.poll(BATCH, 0.1):
                    if (state := partition_record(record)) is not None:
                        partitions[partition] = state
                    if not is_task(record):
                        continue
                    task, key = task_record(record), record.key or b""
                    halted.pop(key, None)
                    if task is None or not task.is_open:
                        arrived.pop(key, None)
                    else:
                        arrived[key] = task.task.at
                        if task.halted_at is not None:
                            halted[key] = task.halted
    oldest_at = min(arrived.values(), default=None)
    return OpenTasks(len(arrived), oldest_at, whole, partitions, Counter(halted.values()))


def retention(
    tasks: OpenTasks,
    kept_s: Mapping[str, float],
    give_up_s: float,
    now: float,
    alter: Mapping[str, str],
) -> Iterator[DoctorFinding]:
    """Compare how long records are kept with how long tasks are open.

    Parameters
    ----------
    tasks
        As `read_open_tasks` read them.
    kept_s
        By topic; those that are kept for ever are left out.
    give_up_s
        How long a task may be open without any pool able to take it.
    now
        The time, UTC.
    alter
        By topic: the beginning of the command that changes its settings.
    """
    age_s = None if tasks.oldest_at is None else now - tasks.oldest_at
    summary = f"open tasks: {tasks.open}"
    if age_s is not None:
        summary += f", the oldest for {age_s / DAY_S:.1f} days"
    if not tasks.whole:
        summary += " (topic desk was read only in part)"
    longer = {
        topic: f"{alter[topic]} retention.ms={_enough_s(topic, age_s or 0.0, give_up_s) * 1000:.0f}"
        "; if tasks wait for long, run more workers"
        for topic in kept_s
    }
    short = {topic: kept for topic, kept in kept_s.items() if age_s is not None and kept < age_s}
    for topic, kept in short.items():
        yield broken(
            RETENTION,
            f"{summary}; {topic} keeps records for {kept / DAY_S:.1f} days only: records of open"
            " tasks were deleted",
            longer[topic],
        )
    for topic, kept in kept_s.items():
        if topic not in short and kept < give_up_s:
            yield warning(
                RETENTION,
                f"{topic} keeps records for {kept / DAY_S:.1f} days, but a task may stay open for"
                f" {give_up_s / DAY_S:.1f} days (policy.give_up_s)",
                longer[topic],
            )
    if not short:
        yield ok(RETENTION, summary)


def _enough_s(topic: str, age_s: float, give_up_s: float) -> float:
    """Return how long to keep a topic: as recommended, or twice as long as tasks are open."""
    return max(KEEP[topic].seconds, 2 * age_s, 2 * give_up_s)
