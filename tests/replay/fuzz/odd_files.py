"""Tables written in every way that somebody's program writes them, and damaged on the way."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.replay.fuzz.odd_tables import plain
from tests.replay.fuzz.odd_values import as_numpy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from tests.replay.fuzz.odd_tables import Columns

ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252")
ENDS = ("\n", "\n", "\r\n", "\r")
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".jsonl", ".json", ".ndjson.gz", ".parquet", ".pq", ".CSV")


@dataclass(frozen=True)
class Stored:
    """What `evaluate` is given, and in words how it came about."""

    source: Any
    how: str


def stored(chance: Random, table: Columns, folder: Path) -> Stored:
    """Write a table into a folder, or hand it over in memory."""
    how = chance.choices(WAYS, WEIGHTS)[0]
    if how in IN_MEMORY:
        return Stored(IN_MEMORY[how](chance, table), how)
    suffix, content = WRITTEN[how](chance, table)
    damage = ""
    if chance.random() < 0.25:
        damage, content = damaged(chance, content)
    if chance.random() < 0.03:
        suffix = chance.choice(SUFFIXES)
    path = folder / f"log{suffix}"
    path.write_bytes(content)
    if chance.random() < 0.05:  # the same rows twice over
        (folder / f"more{suffix}").write_bytes(content)
        return Stored(folder, f"{how} in a folder{damage}")
    return Stored(chance.choice([path, str(path)]), f"{how}{suffix}{damage}")


def damaged(chance: Random, content: bytes) -> tuple[str, bytes]:
    """Cut a file short, change some of its bytes, or put others in."""
    size, kind = len(content), chance.choice(["truncated", "flipped", "zeroed", "inserted"])
    at = chance.randrange(size + 1)
    if kind == "truncated":
        return f", {kind}", content[:at]
    if kind == "inserted":
        return f", {kind}", content[:at] + chance.randbytes(chance.randrange(40)) + content[at:]
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 30])):
        if size:
            at = chance.randrange(size)
            changed[at] = 0 if kind == "zeroed" else changed[at] ^ (1 << chance.randrange(8))
    return f", {kind}", bytes(changed)


def _delimited(chance: Random, table: Columns) -> tuple[str, bytes]:
    delimiter = chance.choice([",", ",", ",", ";", ";", "\t", "|"])
    suffix = ".tsv" if delimiter == "\t" and chance.random() < 0.5 else ".csv"
    comma = delimiter != "," and chance.random() < 0.5
    file = io.StringIO()
    writer = csv.writer(
        file,
        delimiter=delimiter,
        lineterminator=chance.choice(ENDS),
        quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    )
    if chance.random() < 0.95:
        writer.writerow([name for name, _ in table])
    for row in _rows(table):
        cells = [_cell(value, comma=comma) for value in row]
        if chance.random() < 0.0002:
            cells = cells[1:] if chance.random() < 0.5 else [*cells, "more"]
        writer.writerow(cells)
    text = file.getvalue()
    if chance.random() < 0.05:
        text = text.rstrip("\r\n")
    content = text.encode(chance.choice(ENCODINGS), errors="replace")
    if chance.random() < 0.15:
        return suffix + ".gz", gzip.compress(content, 1)
    return suffix, content


def _json(chance: Random, table: Columns) -> tuple[str, bytes]:
    names = [name for name, _ in table]
    rows = (dict(zip(names, map(_json_value, row), strict=True)) for row in _rows(table))
    ascii_only = chance.random() < 0.5
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only, default=str) for row in rows)
    if chance.random() < 0.05:
        text = f"[{text}]".replace("\n", ",")
    content = text.encode(chance.choice(ENCODINGS), errors="replace")
    if chance.random() < 0.15:
        return ".jsonl.gz", gzip.compress(content, 1)
    return chance.choice([".jsonl", ".json", ".ndjson"]), content


def _parquet(chance: Random, table: Columns) -> tuple[str, bytes]:
    file = io.BytesIO()
    kept = _arrow(chance, table)
    options: dict[str, Any] = {
        "compression": chance.choice(["none", "snappy", "gzip", "zstd", "lz4"]),
        "use_dictionary": chance.random() < 0.5,
        "data_page_version": chance.choice(["1.0", "2.0"]),
        "write_page_checksum": chance.random() < 0.5,
        "row_group_size": chance.choice([None, 7]),
    }
    try:
        pq.write_table(kept, file, **options)
    except (pa.ArrowException, NotImplementedError):  # types that Parquet hasn't
        texts = [pa.array([_cell(v) for v in plain(values)]) for _, values in table]
        file = io.BytesIO()
        pq.write_table(pa.Table.from_arrays(texts, [name for name, _ in table]), file, **options)
    return chance.choice([".parquet", ".pq"]), file.getvalue()


def _arrow(chance: Random, table: Columns) -> Any:
    columns = [_column(values) for _, values in table]
    whole = pa.Table.from_arrays(columns, [name for name, _ in table])
    if chance.random() < 0.2 and whole.num_rows > 1:
        whole = pa.concat_tables([whole.slice(0, 1), whole.slice(1)])
    return whole


def _column(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    try:
        return pa.array(values)
    except (pa.ArrowException, NotImplementedError, TypeError, ValueError, OverflowError):
        return pa.array([_cell(value) for value in values], pa.string())


def _batch(chance: Random, table: Columns) -> Any:
    columns = [_column(values) for _, values in table]
    return pa.RecordBatch.from_arrays(columns, [name for name, _ in table])


def _stream(chance: Random, table: Columns) -> Any:
    return _arrow(chance, table).to_reader()


def _pandas(chance: Random, table: Columns) -> Any:
    series = []
    for name, values in table:
        listed = plain(values)
        made: Any = pd.Series(listed, dtype=object)
        if chance.random() < 0.5:
            made = pd.Series(as_numpy(listed, chance))
        elif chance.random() < 0.7:
            made = made.infer_objects()
        series.append(made.rename(name))
    frame = pd.concat(series, axis=1) if series else pd.DataFrame()
    if chance.random() < 0.1:
        frame.index = pd.Index([f"i{i}" for i in range(len(frame))])
    if chance.random() < 0.03 and frame.shape[1]:
        frame.columns = pd.MultiIndex.from_tuples([(name, 0) for name in frame.columns])
    return frame


def _polars(chance: Random, table: Columns) -> Any:
    """Of types that Polars has; of others, which make it panic, the texts."""
    columns = {}
    for name, values in table:
        made = _column(values)
        if pa.types.is_float16(made.type):
            made = made.cast(pa.float64())
        elif pa.types.is_interval(made.type) or not (
            pa.types.is_primitive(made.type) or pa.types.is_string(made.type)
        ):
            made = pa.array([_cell(value) for value in plain(values)], pa.string())
        columns[name] = made
    return pl.from_arrow(pa.table(columns))


def _nothing(chance: Random, table: Columns) -> Any:
    """What is no table at all."""
    return chance.choice([17, {"action": ["a"]}, object(), [], [3], b"log.csv", (), [None], 0.5])


IN_MEMORY: dict[str, Callable[[Random, Columns], Any]] = {
    "Arrow table": _arrow,
    "Arrow batch": _batch,
    "Arrow stream": _stream,
    "pandas": _pandas,
    "Polars": _polars,
    "no table": _nothing,
}
WRITTEN = {"CSV": _delimited, "JSON lines": _json, "Parquet": _parquet}
WAYS = [*IN_MEMORY, *WRITTEN]
WEIGHTS = [3, 1, 1, 4, 3, 0.2, 8, 5, 6]


def _rows(table: Columns) -> list[tuple[Any, ...]]:
    return list(zip(*(plain(values) for _, values in table), strict=True))


def _cell(value: Any, *, comma: bool = False) -> str | None:
    if value is None:
        return None
    try:
        text = str(value)
    except ValueError:  # Python writes no integers of more than 4,300 digits
        text = "1" * 400
    return text.replace(".", ",") if comma and isinstance(value, float) else text


def _json_value(value: Any) -> Any:
    known = value is None or isinstance(value, (str, int, float, list, dict))
    return value if known and _is_json(value) else str(value)


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True
