"""A row of a CSV file, which errors can name."""

from __future__ import annotations

from typing import NamedTuple


class CsvRow(NamedTuple):
    """A row of a table: its number as a spreadsheet counts, and its values by column."""

    number: int
    of: dict[str, str]
