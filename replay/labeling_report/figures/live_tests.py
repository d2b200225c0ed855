"""Live tests of a log: their arms, the differences that decide, and what to do."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import msgspec

from replay.experiment.reading.recommend import Recommendation
from replay.experiment.reading.results import ArmDifference, ArmSummary
from replay.labeling_report.figures.timeline import DAY_S, HOUR_S, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.read_whole import ReadTest

LONG_DAYS = 3.0
"""Days from which on a test's begin and end are dates, without the hour."""
RUNS_S = 7 * DAY_S
"""Time since its last finished task after which a test is taken to have ended."""


class LiveTest(msgspec.Struct, frozen=True, kw_only=True):
    """A test as `poolwise experiment read` reads it without further options; `command` repeats it.

    `refused` says why it can't be read; all else is empty then. `runs` says that it had tasks in
    the last week of the log. Reasons of `recommendations` are whole sentences. The intervals of
    `differences` hold at all looks, those of all arms together at `level`.
    """

    name: str
    unit: str
    command: str
    refused: str | None
    when: str = ""
    runs: bool = False
    control: str = ""
    level: float = 0.0
    tasks: int = 0
    arms: tuple[ArmSummary, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    differences: tuple[ArmDifference, ...] = ()
    notes: tuple[str, ...] = ()


def live_tests(
    found: Sequence[ReadTest], log: str, begin: float, end: float
) -> tuple[LiveTest, ...]:
    """Sum up what was read; `begin` and `end` are the log's."""
    return tuple(_test(one, log, begin, end) for one in found)


def _test(read: ReadTest, log: str, begin: float, end: float) -> LiveTest:
    options = ["--test", read.name] if read.name else []
    if read.unit != "task":
        options += ["--unit", read.unit]
    command = shlex.join(["poolwise", "experiment", "read", log, *options])
    report = read.found
    if report is None:
        return LiveTest(name=read.name, unit=read.unit, command=command, refused=read.refused)
    step_s = DAY_S if report.end_at - report.begin_at >= LONG_DAYS * DAY_S else HOUR_S
    first, last = (name_of(at, step_s, begin) for at in (report.begin_at, report.end_at))
    return LiveTest(
        name=read.name,
        unit=read.unit,
        command=command,
        refused=None,
        when=f"{first} to {last}",
        runs=end - report.end_at <= RUNS_S,
        control=report.control,
        level=report.level,
        tasks=sum(arm.tasks for arm in report.arms),
        arms=report.arms,
        recommendations=tuple(
            msgspec.structs.replace(one, reason=f"{one.reason[0].upper()}{one.reason[1:]}.")
            for one in report.recommendations
        ),
        differences=report.differences,
        notes=report.notes,
    )
