"""A table of labels as a crowd, and whether its labels can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.label_tables.label_table import read_label_table
from replay.recorded.crowd import Crowd
from replay.recorded.doubtful import check_truth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_CLASSES = 100
"""More different answers than this are free text, not classes."""


def read_crowd_table(
    path: Path, given: Mapping[str, str | None], truth: str | None = None, *, as_written: bool
) -> tuple[Crowd, dict[str, str]]:
    """Read a table of labels as it is, with pools and prices where it has them, and its columns."""
    table = read_label_table(path, given, truth, as_written=as_written)
    timed = "at" in table.columns
    return Crowd(path.name, table.labels, table.truth, {}, timed, table.notes), table.columns


def check_classes(crowd: Crowd, path: Path) -> None:
    """Refuse labels that can't be compared: of one class or of too many, or not those of the truth.

    Raises
    ------
    BadValue
        If they are; the message says how.
    """
    classes = crowd.classes
    if len(classes) < 2:
        raise BadValue(f"{path}: every label is {classes[0]!r}; at least two classes were expected")
    if len(classes) > MAX_CLASSES:
        raise BadValue(
            f"{path}: {len(classes):,} different labels; at most {MAX_CLASSES} classes can be "
            "compared, and free text can't"
        )
    check_truth(crowd, path)
