"""Read a label table into labels and true answers, as `savings` and `weigh` need them.

Rule 1: what was guessed, assumed or left out is said, in words, in the notes.
Rule 2: a row that can't be used is an error that names it; none is dropped without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import MissingInput
from replay.label_tables.columns import NEEDED
from replay.label_tables.layout import layout_of
from replay.label_tables.truth import truth_of, truth_of_file
from replay.recorded.amounts import parse_amount, unit_notes
from replay.recorded.crowd import CrowdLabel, first_labels
from replay.recorded.empty_cells import check_filled
from replay.recorded.spelling import (
    one_spelling,
    plain_spelling,
    said_of,
    said_of_people,
    spellings_of,
)
from replay.recorded.table_file import TableFile, place
from replay.recorded.times import read_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.recorded.csv_row import CsvRow


@dataclass(frozen=True, slots=True)
class LabelTable:
    """The first label of each labeler on each task, true answers, columns by role, and notes."""

    labels: tuple[CrowdLabel, ...]
    truth: dict[str, str]
    columns: dict[str, str]
    notes: tuple[str, ...] = ()


def read_label_table(
    path: Path,
    given: Mapping[str, str | None],
    truth: str | None = None,
    *,
    as_written: bool = False,
    find_gold: bool = True,
) -> LabelTable:
    """Read a table with a label in each row, or with several in columns of their own.

    Parameters
    ----------
    path
        A CSV file, or JSON as labeling tools export it.
    given
        Columns by role, as the user names them.
    truth
        A column of the file, or a second file with a task and a truth column.
    as_written
        Whether names that differ only in letter case or spaces are different ones.
    find_gold
        Whether, without `truth`, a column that is called so is taken.

    Raises
    ------
    MissingInput, UnknownColumn, BadValue
        If the file, a column or a value can't be used; the message names the row.
    """
    file = TableFile(path)
    second = Path(truth) if truth is not None and truth not in file.header else None
    if second is not None and not second.is_file():
        second = None
    wanted = {**given, "truth": None if second else truth}
    layout = layout_of(file.header, wanted, str(path), find_gold=find_gold and truth is None)
    table, notes = layout.rows(file.rows(layout.needed()))
    if not table:
        raise MissingInput(f"{path}: no row has a label that counts: {'; '.join(notes)}")
    columns, said = layout.with_truth(table)
    notes += said
    if "at" in columns and not any(row.of[columns["at"]].strip() for row in table):
        notes.append(f"column {columns.pop('at')!r} isn't used: its cells are empty")
    check_filled(path, table, {role: columns[role] for role in NEEDED})
    known = None if second is None else truth_of_file(second, columns["task"])
    if not as_written:
        table, known, merged = _in_one_spelling(table, columns, known)
        notes += merged
    rows, assumed = crowd_labels(path, table, columns, layout.dates)
    notes += assumed
    kept, dropped = first_labels(rows)
    if dropped:
        labels = counted(dropped, "label")
        notes.append(f"{labels} left out: the labeler had labeled the task before")
    if "at" in columns:
        kept.sort(key=lambda row: row.at or 0.0)
    answers = truth_of(path, table, columns) if known is None else known
    return LabelTable(tuple(kept), answers, columns, tuple(notes))


def crowd_labels(
    path: Path, table: Sequence[CsvRow], columns: Mapping[str, str], dates: str | None = None
) -> tuple[list[CrowdLabel], tuple[str, ...]]:
    """Return the labels of rows, whose columns have the roles `columns`, and what was assumed.

    `dates` is `mdy` where the month is known to stand first.

    Raises
    ------
    BadValue
        If a cell holds what can't be read; the message names the row.
    """
    price, pool = columns.get("price"), columns.get("pool")
    times: Sequence[float | None] = [None] * len(table)
    assumed: tuple[str, ...] = ()
    if "at" in columns:
        at = columns["at"]
        texts = [row.of[at] for row in table]
        times, assumed = read_times(texts, lambda index: place(path, table[index], at), dates)
        assumed = tuple(f"{at}: {said}" for said in assumed)
    task, labeler, label = (columns[role] for role in NEEDED)
    usd_of: dict[str, float] = {}  # prices are few: each is read once
    if price:
        assumed += unit_notes(price)
        for row in table:
            if row.of[price] not in usd_of:
                usd_of[row.of[price]] = parse_amount(row.of[price], place(path, row, price))
    labels = [
        CrowdLabel(
            task=row.of[task].strip(),
            labeler=row.of[labeler].strip(),
            label=row.of[label].strip(),
            pool=(row.of[pool].strip() or "none") if pool else None,
            at=time,
            usd=usd_of[row.of[price]] if price else None,
        )
        for row, time in zip(table, times, strict=True)
    ]
    return labels, assumed


def _in_one_spelling(
    table: Sequence[CsvRow], columns: Mapping[str, str], known: dict[str, str] | None
) -> tuple[list[CsvRow], dict[str, str] | None, list[str]]:
    """Write classes and labelers in one spelling each; say which had several."""
    task, labeler, label = (columns[role] for role in NEEDED)
    classes = one_spelling(row.of[label].strip() for row in table)
    labelers = one_spelling(
        (row.of[labeler].strip() for row in table),
        ((row.of[task].strip(), row.of[labeler].strip()) for row in table),
    )
    standing = {plain_spelling(name): name for name in {row.of[label].strip() for row in table}}
    standing |= {plain_spelling(name): of for name, of in classes.items()}

    def truth(text: str) -> str:
        return standing.get(plain_spelling(text), text.strip())

    rows = list(table)
    if classes or labelers or "truth" in columns:
        rows = []
        for row in table:
            of = dict(row.of)
            of[label] = classes.get(of[label].strip(), of[label])
            of[labeler] = labelers.get(of[labeler].strip(), of[labeler])
            if "truth" in columns:
                of[columns["truth"]] = truth(of[columns["truth"]])
            rows.append(row._replace(of=of))
    answers = None if known is None else {name: truth(answer) for name, answer in known.items()}
    said = [*said_of(classes, "class"), *said_of(labelers, "labeler")]
    people = spellings_of({row.of[labeler].strip() for row in rows})
    return rows, answers, [*said, *said_of_people(people)]
