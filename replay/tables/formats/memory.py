"""Tables in memory: pandas, Arrow, Polars, and whatever else hands over Arrow's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from bandit.errors import InputError
from replay.numerics.batch_size import BATCH_ROWS, batch_rows
from replay.tables.formats.unreadable import UNREADABLE, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def held(source: Any) -> tuple[str, Any]:
    """Turn a table in memory into an Arrow table, and say what messages call it.

    Raises
    ------
    InputError
        If it is no table, or holds what Arrow doesn't know.
    """
    if isinstance(source, pa.Table):
        return "table", _plain(source)
    maker = type(source).__module__.partition(".")[0]
    name = "data frame" if maker in ("pandas", "polars") else "table"
    try:
        if maker == "pandas" and hasattr(source, "columns"):
            return name, _of_pandas(source)
        if hasattr(source, "__arrow_c_stream__"):
            return name, _plain(pa.table(source))
        if isinstance(source, pa.RecordBatch):
            return name, _plain(pa.Table.from_batches([source]))
    except (*UNREADABLE, TypeError, ValueError, OverflowError) as error:  # of Python's own objects
        raise unreadable(name, error) from error
    raise InputError(f"can't read a table from {type(source).__name__}")


def read(table: Any, names: Sequence[str], most: int = BATCH_ROWS) -> Iterator[Any]:
    """Yield the columns `names` as record batches of at most `most` rows."""
    chosen = table.select(list(names))
    yield from chosen.to_batches(max_chunksize=batch_rows(chosen.schema.types, most))


def _of_pandas(frame: Any) -> Any:
    """Turn a data frame into a table; Arrow refuses names that are there twice, a table may."""
    names = [str(name) for name in frame.columns]
    if len(set(names)) < len(names):
        frame = frame.set_axis([str(at) for at in range(len(names))], axis=1)
    return pa.Table.from_pandas(frame, preserve_index=False).rename_columns(names)


def _plain(table: Any) -> Any:
    """Turn views of strings, which few kernels know, into strings."""
    return table.cast(pa.schema([field.with_type(_known(field.type)) for field in table.schema]))


def _known(kind: Any) -> Any:
    if kind == pa.string_view():
        return pa.string()
    if pa.types.is_dictionary(kind):
        return pa.dictionary(kind.index_type, _known(kind.value_type))
    return kind
