"""The report, from one log or two to the page and the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from replay.labeling_report.content.report import labeling_report, whole_report
from replay.labeling_report.figures.changes import changes
from replay.labeling_report.page.page import page_text
from replay.labeling_report.read.read_tasks import read_tasks
from replay.labeling_report.read.read_whole import read_whole
from replay.labeling_report.show import print_labeling
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress
from replay.runtime.whole_file import check_place, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from replay.labeling_report.content.report import LabelingReport


def run_report(
    log: Path,
    before: Path | None = None,
    *,
    project: str | None = None,
    html: Path | None = None,
    as_json: bool = False,
) -> None:
    """Report on `log`, against `before` if that is given: write the page, print the summary.

    Raises
    ------
    InputError
        If a log can't be used, or the page can't be written.
    """
    if html is not None:
        check_place(html)
    with progress("reading the log:", "events") as tell:
        report = compared(log, before, project, tell)
    if html is not None:
        write_whole(html, page_text(report))
    print_result(
        report,
        lambda of, console: print_labeling(of, console, None if html is None else str(html)),
        as_json=as_json,
    )


def compared(
    log: Path,
    before: Path | None = None,
    project: str | None = None,
    tell: Callable[[int], None] | None = None,
) -> LabelingReport:
    """Read and sum up a log, and what has changed since another one."""
    report = whole_report(read_whole(log, project, tell))
    if before is None:
        return report
    earlier = labeling_report(read_tasks(before, project, tell))
    return msgspec.structs.replace(
        report,
        compared_with=earlier.log,
        before=earlier.totals,
        changes=changes(earlier.totals, report.totals),
    )
