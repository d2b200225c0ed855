"""Parquet: read by row groups, columns of text with their dictionary as it stands in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as papq

from replay.numerics.batch_size import BATCH_ROWS, batch_rows
from replay.tables.formats.column_bounds import bounds_of, check_bounds
from replay.tables.formats.remote import as_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIECE_ROWS = 500_000
"""Row groups are put together up to about so many rows: a piece takes well below a second."""


BUFFER_BYTES = 1 << 16
"""Of a column that is read at once: whole chunks of a row group, and a thread for each column,
take twice the memory and no less time of the processor."""


def header(path: str) -> tuple[str, ...]:
    """Names of the columns."""
    with papq.ParquetFile(as_arrow(path)) as file:
        return tuple(file.schema_arrow.names)


def cuts(path: str) -> list[tuple[tuple[int, int], int, int]]:
    """Cut a file into pieces: first row group and the one after the last, first row, rows."""
    with papq.ParquetFile(as_arrow(path)) as file:
        sizes = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    found, begin, row, rows = [], 0, 0, 0
    for group, size in enumerate(sizes, start=1):
        rows += size
        if rows >= PIECE_ROWS or group == len(sizes):
            found.append(((begin, group), row, rows))
            begin, row, rows = group, row + rows, 0
    return found


def read(
    path: str, names: Sequence[str], groups: tuple[int, int], most: int = BATCH_ROWS
) -> Iterator[Any]:
    """Yield the columns `names` of some row groups as record batches of at most `most` rows."""
    chunks = {
        "buffer_size": BUFFER_BYTES,
        "pre_buffer": False,
        "page_checksum_verification": True,  # of pages that have one
    }
    with papq.ParquetFile(as_arrow(path), **chunks) as file:
        schema, metadata = file.schema_arrow, file.metadata
        types = [schema.field(name).type for name in names]
        words = [
            name
            for name, kind in zip(names, types, strict=True)
            if kind in (pa.string(), pa.binary())
        ]
        bounds = bounds_of(metadata, schema, names, range(*groups))
        wanted = {
            "batch_size": batch_rows(types, most),
            "row_groups": list(range(*groups)),
            "columns": list(names),
            "use_threads": False,
        }
        if not words:
            yield from _checked(path, file.iter_batches(**wanted), bounds)
            return
    with papq.ParquetFile(
        as_arrow(path), metadata=metadata, read_dictionary=words, **chunks
    ) as file:
        yield from _checked(path, file.iter_batches(**wanted), bounds)


def _checked(path: str, batches: Iterator[Any], bounds: Any) -> Iterator[Any]:
    """Check batches: numbers against the file's statistics, and that each code has its word."""
    for batch in batches:
        check_bounds(path, batch, bounds)
        for column in batch.columns:
            if pa.types.is_dictionary(column.type):
                column.validate(full=True)
        yield batch
