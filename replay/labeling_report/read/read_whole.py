"""Read a log once for all parts of the report: closed tasks, operations, and live tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import LogCorrupt, PoolwiseError
from replay.experiment.reading.question import Question
from replay.experiment.reading.read import read_test
from replay.experiment.tasks.arm_log import arm_log_of
from replay.experiment.tasks.drawn_unit import DrawnUnit
from replay.experiment.tasks.survey import Asked
from replay.forecast.sources.log_events import LogEvents, read_operations, receive_history
from replay.labeling_report.read.read_tasks import opened, tasks_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bandit.experiment_settings import Unit
    from replay.experiment.reading.results import ExperimentReport
    from replay.labeling_report.read.read_tasks import LabelingLog
    from replay.log_files.histories import History, OwnLog

MOST_TESTS = 3
"""Tests that are read, those with the newest tasks; each takes two more passes over the log."""


class ReadTest(NamedTuple):
    """A live test of a log as `poolwise experiment read` reads it, or why it can't be read."""

    name: str
    unit: Unit
    found: ExperimentReport | None
    refused: str | None


class WholeLog(NamedTuple):
    """A log's closed tasks, what it says of operations, and its live tests, the newest first.

    `of_all` says that tests were left unread because they are of all projects, not of the one that
    was asked for. `more_tests` counts those beyond the newest.
    """

    labeling: LabelingLog
    events: LogEvents
    tests: tuple[ReadTest, ...]
    more_tests: int = 0
    of_all: bool = False


@dataclass(slots=True)
class _Seen:
    """What is gathered while histories pass by."""

    project: str | None
    events: LogEvents
    drawn: dict[str, DrawnUnit] = field(default_factory=dict)
    newest: dict[str, float] = field(default_factory=dict)
    projects: set[str] = field(default_factory=set)

    def receive(self, history: History) -> None:
        first = history.decisions[0]
        self.projects.add(first.project)
        if self.project in (None, first.project):
            receive_history(history, self.events)
        if first.arm is not None:
            test = first.experiment or ""
            self.drawn.setdefault(test, DrawnUnit()).receive(first.arm, first.project, history.at)
            self.newest[test] = history.at


def read_whole(
    path: Path, project: str | None = None, tell: Callable[[int], None] | None = None
) -> WholeLog:
    """Read an embedded log or the folder of an archive.

    Raises
    ------
    InputError
        If there is no such log, it can't be read, it has no such project, or no task is closed.
    """
    with opened(path, tell) as log:
        seen = _Seen(project, LogEvents(log.end))
        labeling = tasks_of(log, project, seen.receive)
        if log.path.is_file():
            _add_operations(log.path, seen.events)
        names = sorted(seen.newest, key=lambda name: (-seen.newest[name], name))
        if project is not None and len(seen.projects) > 1:
            return WholeLog(labeling, seen.events, (), of_all=bool(names))
        tests = tuple(_read(log, name, seen.drawn[name]) for name in names[:MOST_TESTS])
    return WholeLog(labeling, seen.events, tests, len(names) - len(tests))


def _add_operations(path: Path, events: LogEvents) -> None:
    """Add pools and controls; without them the forecast has neither capacity nor budgets."""
    try:
        read_operations(path, events)
    except LogCorrupt as error:
        events.notes = (*events.notes, str(error))


def _read(log: OwnLog, name: str, drawn: DrawnUnit) -> ReadTest:
    unit = drawn.drawn_by()
    try:
        arms = arm_log_of(log, Asked(unit=unit, experiment=name))
        found = read_test(arms, Question(unit=unit), str(log.path))
    except PoolwiseError as error:
        return ReadTest(name, unit, None, str(error).removeprefix(f"{log.path}: "))
    return ReadTest(name, unit, found, None)
