"""The report on labelers, from a log to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.labelers.labelers_report import labelers_report
from replay.labelers.read import read_labels_of
from replay.labelers.show import print_labelers
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress

if TYPE_CHECKING:
    from pathlib import Path


def run_labelers(path: Path, project: str | None = None, *, as_json: bool = False) -> None:
    """Read `path`, an embedded log or an archive, and print the report.

    Raises
    ------
    InputError
        If the log can't be used.
    """
    with progress("reading the log:", "events") as tell:
        labels, notes = read_labels_of(path, project, tell)
    print_result(labelers_report(labels, str(path), notes), print_labelers, as_json=as_json)
