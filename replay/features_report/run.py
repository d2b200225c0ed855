"""The report on features, from a log to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.features_report.features_report import features_report
from replay.features_report.read import read_tasks
from replay.features_report.show import print_features
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress

if TYPE_CHECKING:
    from pathlib import Path


def run_features(path: Path, project: str | None = None, *, as_json: bool = False) -> None:
    """Read `path`, an embedded log or an archive, and print the report.

    Raises
    ------
    InputError
        If the log can't be used.
    CannotAnswer
        If it has too few tasks, or tasks without features.
    """
    with progress("reading the log:", "events") as tell:
        projects, notes = read_tasks(path, project, tell)
    with progress("leaving features out:", "models fitted again") as tell:
        report = features_report(projects, str(path), notes, tell)
    print_result(report, print_features, as_json=as_json)
