"""Tables with several labels in a row, one column for each, as tables with a label in each row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue, UnknownColumn, nearest
from replay.label_tables.columns import NAMES, plain
from replay.recorded.csv_row import CsvRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABEL, LABELER = "label", "labeler"

OFTEN_FEATURES = frozenset({"class", "category", "choice", "value"})
"""Names of labels that, with numbers behind them, are often features, options or scores."""


@dataclass(frozen=True, slots=True)
class Wide:
    """Columns of labels, and those of who gave them, in the same order; none if nothing says it.

    `label` and `labeler` are the columns of the table with a label in each row.
    """

    labels: tuple[str, ...]
    labelers: tuple[str, ...] = ()
    label: str = LABEL
    labeler: str = LABELER

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.labels, *self.labelers)

    def long(self, table: Sequence[CsvRow]) -> list[CsvRow]:
        """Return a row for each label; an empty cell is no label."""
        rows = []
        for row in table:
            shared = {name: text for name, text in row.of.items() if name not in self.columns}
            for at, column in enumerate(self.labels):
                if row.of[column].strip():
                    who = row.of[self.labelers[at]] if self.labelers else column
                    of = {**shared, self.label: row.of[column], self.labeler: who}
                    rows.append(CsvRow(row.number, of))
        return rows

    def notes(self) -> tuple[str, ...]:
        """Say how the columns were taken."""
        labels = ", ".join(map(repr, self.labels))
        taken = f"each row has up to {counted(len(self.labels), 'label')}: columns {labels}"
        if self.labelers:
            return (taken,)
        return (taken, "no column says who gave a label: each of these columns counts as a labeler")


def find_wide(header: Sequence[str], given: Mapping[str, str | None], name: str) -> Wide | None:
    """Find columns of labels: those that are named, or numbered ones where none is the label.

    Raises
    ------
    UnknownColumn, BadValue
        If a column that was named is missing, or labels and labelers are not as many.

    Examples
    --------
    >>> find_wide(["item", "label_1", "label_2"], {}, "f.csv").columns
    ('label_1', 'label_2')
    >>> find_wide(["item", "Rater A", "Rater B"], {}, "f.csv").columns
    ('Rater A', 'Rater B')
    >>> find_wide(["item", "Ann", "Bob"], {"label": "Ann,Bob"}, "f.csv").labels
    ('Ann', 'Bob')
    >>> find_wide(["task", "worker", "label"], {}, "f.csv")
    """
    labels = _named(header, given.get(LABEL), name)
    labelers = _named(header, given.get(LABELER), name)
    if labels:
        if labelers and len(labelers) != len(labels):
            raise BadValue(
                f"--labeler names {counted(len(labelers), 'column')} and --label {len(labels)}:"
                " as many were expected"
            )
        return Wide(labels, labelers, _free(header, LABEL), _free(header, LABELER))
    if given.get(LABEL) is not None or given.get(LABELER) is not None:
        return None
    known = {plain(alias) for role in (LABEL, LABELER) for alias in NAMES[role]}
    if any(plain(column) in known for column in header):
        return None
    answers, people = _numbered(header, LABEL), _numbered(header, LABELER)
    if not answers:
        return Wide(tuple(people.values())) if people else None
    both = set(answers) == set(people)
    return Wide(tuple(answers.values()), tuple(people[at] for at in answers) if both else ())


def _named(header: Sequence[str], text: str | None, name: str) -> tuple[str, ...]:
    """Split names of several columns; one that is a column as a whole is no list."""
    if text is None or "," not in text or text in header:
        return ()
    columns = tuple(part.strip() for part in text.split(","))
    for column in columns:
        if column not in header:
            raise UnknownColumn(f"{name}: no column {column!r}{nearest(column, header)}")
    return columns


def _free(header: Sequence[str], name: str) -> str:
    """Return a name that no column has."""
    while name in header:
        name += "_"
    return name


def _numbered(header: Sequence[str], role: str) -> dict[str, str]:
    """Return the columns that a role's name and a number or letter name, the first such name's."""
    for alias in NAMES[role]:
        if alias in OFTEN_FEATURES:
            continue
        pattern = re.compile(rf"{plain(alias)}(\d{{1,2}}|[a-j])")
        matches = ((column, pattern.fullmatch(plain(column))) for column in header)
        found = {match[1]: column for column, match in matches if match}
        if len(found) > 1:
            return found
    return {}
