"""CSV and TSV, also .gz, as batches of Arrow text columns: every value as it stands in the file.

One change is made: where fields aren't separated by commas, 0,7 is written 0.7. Of numbers like
1,234 alone nobody can tell what they are, unless fields are separated by `;`, which is how files
with decimal commas are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from bandit.errors import InputError
from replay.numerics.batch_size import BATCH_ROWS
from replay.tables.formats.dialect import HEAD_BYTES, Dialect, dialect_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLOCK = 1 << 22
"""Bytes read at once; a row has to fit in."""

WITH_COMMA = r"^\s*[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?\s*$"
THOUSANDS = r"^\s*[+-]?[1-9][0-9]{0,2},[0-9]{3}\s*$"
WITH_POINT = r"^\s*[+-]?[0-9]*\.[0-9]+([eE][+-]?[0-9]+)?\s*$"


def header(path: str) -> tuple[str, ...]:
    """Names of the columns."""
    with _stream(path, _dialect(path), None) as reader:
        return tuple(reader.schema.names)


def read(path: str, names: Sequence[str]) -> Iterator[Any]:
    """Yield the columns `names` as record batches; an empty field is null.

    Raises
    ------
    InputError
        If a column has decimal commas and decimal points, or commas that may be of thousands.
    """
    convert = pacsv.ConvertOptions(
        include_columns=list(names),
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        null_values=[""],  # "nan" is a bad number and "NA" may be an action
    )
    dialect = _dialect(path)
    sure = set(names) if dialect.delimiter == ";" else set[str]()
    with _stream(path, dialect, convert) as reader:
        for block in reader:
            for start in range(0, block.num_rows, BATCH_ROWS):
                batch = block.slice(start, BATCH_ROWS)
                yield _with_points(path, batch, sure) if dialect.decimal_comma else batch


def _with_points(path: str, batch: Any, sure: set[str]) -> Any:
    """Write decimal points for commas; `sure` gathers columns whose commas are decimal for sure."""
    columns = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        commas = pc.match_substring_regex(column, WITH_COMMA)
        if not pc.any(commas).as_py():
            columns.append(column)
            continue
        points = pc.match_substring_regex(column, WITH_POINT)
        if pc.any(points).as_py():
            one, other = (column.filter(which)[0].as_py() for which in (commas, points))
            raise InputError(
                f"{path}: {name} has decimal commas ({one}) and decimal points ({other}): write all"
                " numbers in one way"
            )
        given = column.filter(commas)
        if name not in sure and pc.all(pc.match_substring_regex(given, THOUSANDS)).as_py():
            raise InputError(
                f"{path}: {name}: {given[0].as_py()} may have a decimal comma or one of thousands:"
                " write numbers with a decimal point and no other mark"
            )
        sure.add(name)
        columns.append(pc.if_else(commas, pc.replace_substring(column, ",", "."), column))
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _dialect(path: str) -> Dialect:
    with _bytes(path) as raw:
        head = raw.read(HEAD_BYTES)
    plain = path.removesuffix(".gz").lower()
    promised = "\t" if plain.endswith(".tsv") else ","
    return dialect_of(head, promised, whole=len(head) < HEAD_BYTES)


def _bytes(path: str) -> Any:
    return pa.input_stream(path, compression="gzip" if path.endswith(".gz") else None)


def _stream(path: str, dialect: Dialect, convert: Any) -> Any:
    encoding = "utf8" if dialect.encoding.startswith("utf-8") else dialect.encoding
    return pacsv.open_csv(
        _bytes(path),
        read_options=pacsv.ReadOptions(block_size=BLOCK, encoding=encoding),
        parse_options=pacsv.ParseOptions(delimiter=dialect.delimiter),
        convert_options=convert,
    )
