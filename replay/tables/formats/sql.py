"""SQL over files, run by DuckDB: the log as an analyst shapes it, kept in a file while it is read.

Rule: a query reads. It is one SELECT, extensions are neither fetched nor loaded, so nothing comes
from the network, and only the temporary file is written.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bandit.errors import InputError
from replay.tables.formats.table import Table, open_table

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "the query"
"""What messages call the result."""

MEMORY = "1GB"
"""What DuckDB may hold; what it sorts or joins beyond that goes to the temporary folder."""

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",  # else names of Python's variables would be tables
    "preserve_insertion_order": "true",
    "memory_limit": MEMORY,
}


@contextmanager
def run_query(sql: str) -> Iterator[Table]:
    """Give the result of a query as a table, in the query's order; its file goes at the end.

    Raises
    ------
    InputError
        If DuckDB isn't installed, or the query can't be run; the message is DuckDB's first line.
    """
    try:
        import duckdb  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise InputError("--sql needs DuckDB: pip install 'poolwise[sql]'") from error
    with TemporaryDirectory(prefix="poolwise-") as folder:
        file = Path(folder) / "result.parquet"
        try:
            with duckdb.connect(config=SETTINGS | {"temp_directory": folder}) as session:
                _check(duckdb, session.extract_statements(sql))
                session.sql(sql).write_parquet(str(file))
        except duckdb.Error as error:
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise InputError(f"--sql: {reason}") from error
        yield _named(open_table(file))


def _check(duckdb: Any, statements: list[Any]) -> None:
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InputError("--sql: must be one SELECT, nothing else: it only reads")


def _named(table: Table) -> Table:
    """Call the result what the user knows it as, for its file is ours."""
    pieces = tuple(replace(piece, name=NAME) for piece in table.pieces)
    headers = tuple((NAME, columns) for _, columns in table.headers)
    return replace(table, name=NAME, headers=headers, pieces=pieces)
