"""The report on a labeling log in figures: all that the page and `--json` show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.labeling_report.advice.cheaper_pool import cheaper_pools
from replay.labeling_report.advice.fewer_labels import fewer_labels
from replay.labeling_report.advice.recommendation import Recommendation, Scale
from replay.labeling_report.advice.suspects import suspects
from replay.labeling_report.content.summary import period, summary
from replay.labeling_report.content.to_do import to_do
from replay.labeling_report.figures.changes import Change
from replay.labeling_report.figures.confidence import Calibration, calibration
from replay.labeling_report.figures.exploration import Exploration, exploration
from replay.labeling_report.figures.labelers import LabelerRow, labelers
from replay.labeling_report.figures.live_tests import LiveTest, live_tests
from replay.labeling_report.figures.out_of_time import OutOfTime, out_of_time
from replay.labeling_report.figures.outlook import Outlook, outlook
from replay.labeling_report.figures.pools import PoolFigures, pools
from replay.labeling_report.figures.task_types import TaskType, task_types
from replay.labeling_report.figures.timeline import Stretch, timeline
from replay.labeling_report.figures.totals import Totals, totals

if TYPE_CHECKING:
    from replay.labeling_report.read.read_tasks import LabelingLog
    from replay.labeling_report.read.read_whole import WholeLog


class LabelingReport(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a log, and the sentences that sum it up: five, or six if there is work to do.

    `period` says when the log is from. `saving_per` says what the savings of `recommendations` are
    for: a month, or 1,000 tasks. `forecast` and `tests` are there where the log was read for them
    (`whole_report`); `more_tests` counts tests that are older than those. With a log to compare
    with, `before` are its totals and `changes` the differences.
    """

    log: str
    period: str
    summary: tuple[str, ...]
    totals: Totals
    saving_per: str
    recommendations: tuple[Recommendation, ...]
    pools: tuple[PoolFigures, ...]
    labelers: tuple[LabelerRow, ...]
    task_types: tuple[TaskType, ...]
    timeline: tuple[Stretch, ...]
    calibration: Calibration
    exploration: Exploration | None
    out_of_time: OutOfTime | None = None
    forecast: Outlook | None = None
    tests: tuple[LiveTest, ...] = ()
    more_tests: int = 0
    notes: tuple[str, ...] = ()
    compared_with: str | None = None
    before: Totals | None = None
    changes: tuple[Change, ...] = ()


def labeling_report(log: LabelingLog) -> LabelingReport:
    """Sum up a log; the recommendation that saves most on balance stands first."""
    whole = totals(log)
    scale = Scale.of(log, whole.span_days)
    by_pool, by_labeler = pools(log.tasks), labelers(log)
    found = [
        *cheaper_pools(log, by_pool, scale),
        *fewer_labels(log, scale),
        *suspects(log, by_labeler, scale),
    ]
    found.sort(key=lambda advice: -advice.net_usd)
    return LabelingReport(
        log=log.name,
        period=period(whole),
        summary=summary(whole, by_pool, by_labeler, found, scale.per),
        totals=whole,
        saving_per=scale.per,
        recommendations=tuple(found),
        pools=by_pool,
        labelers=by_labeler,
        task_types=task_types(log.tasks),
        timeline=timeline(log.tasks),
        calibration=calibration(log.tasks, whole.accuracy, whole.confidence),
        exploration=exploration(log.tasks),
        out_of_time=out_of_time(log.tasks),
        notes=log.notes,
    )


def whole_report(whole: WholeLog) -> LabelingReport:
    """Sum up a log with its forecast and live tests, and say what is to be done about them."""
    report = labeling_report(whole.labeling)
    begin = report.timeline[0].begin_at
    ahead = outlook(whole.events, begin)
    tests = live_tests(whole.tests, whole.labeling.name, begin, whole.events.end)
    notes = [note for note in whole.events.notes if note not in report.notes]
    if whole.of_all:
        notes.append("live tests are read without --project, for they are of all projects")
    return msgspec.structs.replace(
        report,
        summary=(*report.summary, *to_do(ahead, tests, report.out_of_time)),
        forecast=ahead,
        tests=tests,
        more_tests=whole.more_tests,
        notes=(*report.notes, *notes),
    )
