"""The report on labelers, from a log or a table of labels to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.labelers.labelers_report import labelers_report
from replay.labelers.of_table import table_report
from replay.labelers.read import read_labels_of
from replay.labelers.same_answer_notes import same_answer_notes
from replay.labelers.show import print_labelers
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress
from replay.tables.formats.files import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TABLES = ("csv", "tsv", "json")
"""Kinds of files that are tables of labels, by their names."""


def run_labelers(
    path: Path,
    project: str | None = None,
    given: Mapping[str, str | None] | None = None,
    truth: str | None = None,
    *,
    as_written: bool = False,
    as_json: bool = False,
) -> None:
    """Read `path`, an embedded log, an archive or a table of labels, and print the report.

    Parameters
    ----------
    path
        A file or a folder; a file that is called as tables are is one.
    project
        The only project of a log that counts.
    given, truth, as_written
        Of a table: columns by role, true answers, and whether spellings of a name stay apart.
    as_json
        Whether programs read it.

    Raises
    ------
    InputError
        If the log or the table can't be used, or has no use for an option.
    """
    named = {role: column for role, column in (given or {}).items() if column is not None}
    if truth is not None:
        named["truth"] = truth
    if path.is_file() and kind_of(path) in TABLES:
        if project is not None:
            raise BadValue(f"--project {project}: {path} is a table, which has no projects")
        report = table_report(path, given or {}, truth, as_written=as_written)
    else:
        for role, column in named.items():
            raise BadValue(f"--{role} {column}: names a column of a table, and {path} is none")
        with progress("reading the log:", "events") as tell:
            labels, notes = read_labels_of(path, project, tell)
        report = labelers_report(labels, str(path), (*same_answer_notes(labels), *notes))
    print_result(report, print_labelers, as_json=as_json)
