"""Rows of an archive's file back to the events they were, as JSON, in the order of the log.

The columns say themselves what they are: a map is an object, a list a list, and text whose field
has the metadata `poolwise: json` is JSON. `original` has the bytes of a record that was no event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as papq

from bandit.errors import LogCorrupt
from bandit.events import Decision, Reward, Verdict
from replay.log_files.archive_header import header_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS_AT_ONCE = 8_192
"""Of all files that are read side by side; some 20 MB as Python's objects."""

TAGS = {
    "decisions": Decision.__struct_config__.tag,
    "rewards": Reward.__struct_config__.tag,
    "verdicts": Verdict.__struct_config__.tag,
}
JSON = b"json"

_encode = msgspec.json.Encoder().encode


def rows_of(path: Path, topic: str, files: int = 1) -> Iterator[tuple[int, bytes | None]]:
    """Yield offset and value of each record in a file, one of `files` that are read side by side.

    Raises
    ------
    LogCorrupt
        If the file can't be read.
    LogError
        If its columns are of a newer version.
    """
    try:
        with papq.ParquetFile(path) as file:
            header_of(path, file.metadata)
            for batch in file.iter_batches(batch_size=max(ROWS_AT_ONCE // files, 64)):
                yield from _rows(batch, TAGS[topic])
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise LogCorrupt(f"{path}: can't be read: {reason}") from error


def _rows(batch: Any, tag: Any) -> Iterator[tuple[int, bytes | None]]:
    columns = {field.name: _values(batch.column(field.name), field) for field in batch.schema}
    offsets = columns.pop("offset")
    originals = columns.pop("original")
    versions = columns["v"]
    names = ("type", *columns)
    rows = zip(*columns.values(), strict=True)
    for offset, original, version, row in zip(offsets, originals, versions, rows, strict=True):
        if version is None:  # it was no event
            yield offset, original
        else:
            yield offset, _encode(dict(zip(names, (tag, *row), strict=True)))


def _values(column: Any, field: Any) -> list[Any]:
    if pa.types.is_map(column.type):
        return _dicts(column)
    values: list[Any] = column.to_pylist()
    if (field.metadata or {}).get(b"poolwise") == JSON:
        return [None if value is None else msgspec.Raw(value.encode()) for value in values]
    return values


def _dicts(column: Any) -> list[dict[str, Any] | None]:
    """Maps as dicts, in the order of their entries; several times as fast as Arrow's own way."""
    keys = column.keys.to_pylist()
    nested = pa.types.is_map(column.type.item_type)
    items = _dicts(column.items) if nested else column.items.to_pylist()
    ends = column.offsets.to_pylist()
    return [
        dict(zip(keys[begin:end], items[begin:end], strict=True)) if there else None
        for begin, end, there in zip(ends, ends[1:], column.is_valid().to_pylist(), strict=False)
    ]
