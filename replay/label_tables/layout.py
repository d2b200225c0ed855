"""How a label table is laid out: which columns it has, and whether a row has one label or more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.label_tables.columns import find_columns
from replay.label_tables.truth import find_truth, is_truth
from replay.label_tables.wide import LABEL, LABELER, find_wide
from replay.recorded.exports.known_exports import export_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.label_tables.wide import Wide
    from replay.recorded.csv_row import CsvRow
    from replay.recorded.exports.known_exports import Export


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns by role, those that were guessed, and what is known of the table besides.

    `gold` is a column that may be the true answers, as its name says, `row_price` one that may be
    the price of all labels of a row.
    """

    columns: dict[str, str]
    guessed: tuple[str, ...]
    wide: Wide | None
    export: Export | None
    gold: str | None
    row_price: str | None = None

    def needed(self) -> set[str]:
        """All columns that are read."""
        status = None if self.export is None else self.export.status
        wide = () if self.wide is None else self.wide.columns
        named = {*self.columns.values(), *wide, *filter(None, (self.gold, status))}
        return named | self.options.keys()

    @property
    def options(self) -> Mapping[str, str]:
        """Columns of the options of the question that is the label, each with its option."""
        if self.export is None or self.columns["label"] != self.export.question:
            return {}
        return self.export.options

    @property
    def dates(self) -> str | None:
        """`mdy` where the month is known to stand first."""
        return None if self.export is None else self.export.dates

    def rows(self, table: Sequence[CsvRow]) -> tuple[list[CsvRow], list[str]]:
        """Return a row for each label that counts, and notes on what was done."""
        rows, notes = self._counted(table)
        if self.wide is None:
            return rows, notes
        notes += self.wide.notes()
        if self.row_price is not None:
            notes.append(
                f"column {self.row_price!r} isn't used: it may be the price of all labels of a"
                f" row (--price {self.row_price!r} takes it for one label's)"
            )
        return self.wide.long(rows), notes

    def _counted(self, table: Sequence[CsvRow]) -> tuple[list[CsvRow], list[str]]:
        """Return the rows that a tool counts, with the option that was chosen."""
        if self.export is None or self.export.status is None:
            return list(table), []
        status, unused = self.export.status, self.export.unused
        kept = [row for row in table if row.of[status].strip().lower() not in unused]
        left_out = len(table) - len(kept)
        if self.options:
            chosen = self.export.chosen
            kept = [
                row._replace(of={**row.of, self.columns[LABEL]: chosen(row.of)}) for row in kept
            ]
        words = " or ".join(sorted(unused))
        note = f"{counted(left_out, 'row')} left out: {status} is {words}"
        return kept, [note] if left_out else []

    def with_truth(self, table: Sequence[CsvRow]) -> tuple[dict[str, str], list[str]]:
        """Return the columns with that of true answers, if its cells are, and notes on guesses."""
        columns, guessed, notes = dict(self.columns), self.guessed, []
        if self.gold is not None and is_truth(self.gold, table, columns):
            columns["truth"], guessed = self.gold, (*guessed, "truth")
        elif self.gold is not None:
            notes.append(
                f"column {self.gold!r} isn't taken for true answers: it has a yes or no, or what is"
                f" no class, or several answers of a task (--truth {self.gold!r} takes it)"
            )
        if guessed:
            roles = ", ".join(f"{role} = {columns[role]!r}" for role in guessed)
            notes.insert(0, f"columns guessed by their names: {roles}")
        return columns, notes


def layout_of(
    header: Sequence[str], given: Mapping[str, str | None], name: str, *, find_gold: bool
) -> Layout:
    """Find the columns of a table by what the user says and by their names.

    Parameters
    ----------
    header
        The columns of the file.
    given
        Columns by role, as the user names them; of label and labeler also several.
    name
        The file, for messages.
    find_gold
        Whether a column of true answers is looked for.

    Raises
    ------
    UnknownColumn, BadValue
        If a column is missing, or nothing tells which is meant.
    """
    wide = find_wide(header, given, name)
    long, wanted = list(header), dict(given)
    if wide is not None:
        wanted |= {LABEL: wide.label, LABELER: wide.labeler}
        long = [column for column in header if column not in wide.columns]
        long += [wide.label, wide.labeler]
    export = export_of(header)
    if export is not None and export.question is not None and given.get(LABEL) is None:
        wanted[LABEL] = export.question
        long.append(export.question)
    columns, guessed = find_columns(long, wanted, name)
    price = columns.pop("price", None) if wide and given.get("price") is None else None
    gold = columns.pop("truth") if "truth" in guessed else None
    if find_gold and "truth" not in columns:
        gold = gold or find_truth(long, columns)
    kept = tuple(role for role in guessed if role in columns)
    return Layout(columns, kept, wide, export, gold if find_gold else None, price)
