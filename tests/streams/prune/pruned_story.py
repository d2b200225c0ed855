"""Days of work on an embedded log, to be pruned: tasks that come, labels, verdicts, and ticks."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bandit.events import Ask, Tick
from streams.embedded.log import EmbeddedLog
from streams.log.topics import TOPICS
from tests.streams.scenes import events, label, new_log, read, task, worker, write

if TYPE_CHECKING:
    from pathlib import Path

    from streams.log.log import Record

DAY_S = 86_400.0
TASKS_A_DAY = 4
PLAIN = [topic.name for topic in TOPICS.values() if not topic.compacted]


def begin(path: Path) -> EmbeddedLog:
    """Make the log, or open it again."""
    return new_log(path)


def work(log: EmbeddedLog, day: int) -> None:
    """Let a worker do a day's work: each task gets two labels, and its verdict."""
    at = day * DAY_S
    write(log, *(Tick(at=at + i) for i in range(6)))  # so many are believed after a rest
    write(log, *(task(f"{day}-{i}", at=at + 10.0) for i in range(TASKS_A_DAY)))
    with closing(worker(log)) as made:
        for turn in range(4):
            made.run(until_idle=True)
            open_asks = [ask for ask in events(log, "asks", Ask) if ask.at >= at]
            write(log, *(label(ask, at + 20.0 + turn) for ask in open_asks))
            write(log, Tick(at=at + 30.0 + turn))
        made.run(until_idle=True)


def days(path: Path, *numbers: int) -> None:
    """Let days of work go by."""
    with closing(begin(path)) as log:
        for number in numbers:
            work(log, number)


def contents(path: Path) -> dict[str, list[Record]]:
    """Return all that stands in the topics that are not compacted."""
    with closing(EmbeddedLog(path)) as log:
        return {topic: read(log, topic) for topic in PLAIN}
