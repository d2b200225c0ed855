"""CSV and TSV, also .gz, as batches of Arrow text columns: every value as it stands in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv

from replay.tables.batch_size import BATCH_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLOCK = 1 << 22
"""Bytes read at once; a row has to fit in."""


def header(path: str) -> tuple[str, ...]:
    """Names of the columns."""
    with _stream(path, None) as reader:
        return tuple(reader.schema.names)


def read(path: str, names: Sequence[str]) -> Iterator[Any]:
    """Yield the columns `names` as record batches; an empty field is null."""
    convert = pacsv.ConvertOptions(
        include_columns=list(names),
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        null_values=[""],  # "nan" is a bad number and "NA" may be an action
    )
    with _stream(path, convert) as reader:
        for block in reader:
            for start in range(0, block.num_rows, BATCH_ROWS):
                yield block.slice(start, BATCH_ROWS)


def _stream(path: str, convert: Any) -> Any:
    raw = pa.input_stream(path, compression="gzip" if path.endswith(".gz") else None)
    plain = path.removesuffix(".gz").lower()
    parse = pacsv.ParseOptions(delimiter="\t" if plain.endswith(".tsv") else ",")
    block = pacsv.ReadOptions(block_size=BLOCK)
    return pacsv.open_csv(raw, read_options=block, parse_options=parse, convert_options=convert)
