"""Columns that stand in the names of folders, `action=crowd/part-0.parquet`, as Hive writes them.

Source: Apache Hive, Language Manual, "Dynamic partitions"; Spark and pyarrow write them alike.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""What Hive calls the folder of rows that have no value."""


def partitions_of(path: str, own: Sequence[str] = ()) -> tuple[tuple[str, str | None], ...]:
    """Columns that the folders of a file say, but for its `own` ones: names and values.

    Examples
    --------
    >>> partitions_of("log/action=crowd/day=2026-03-01/part-0.parquet", own=["day"])
    (('action', 'crowd'),)
    """
    values: dict[str, str | None] = {}
    for part in PurePath(path).parts[:-1]:
        name, equals, value = part.partition("=")
        if equals and name and name not in own:
            values[unquote(name)] = None if value == MISSING else unquote(value)
    return tuple(values.items())


def is_partition(name: str) -> bool:
    """Whether a folder is called as partitions are."""
    key, equals, _ = name.partition("=")
    return bool(key and equals)


def with_partitions(
    batches: Iterator[Any], partitions: Sequence[tuple[str, str | None]], names: Sequence[str]
) -> Iterator[Any]:
    """Yield record batches with those of the partitions' columns that are among `names`."""
    wanted = [(name, value) for name, value in partitions if name in names]
    for batch in batches:
        columns = [
            pa.nulls(len(batch), pa.string()) if value is None else pa.repeat(value, len(batch))
            for _, value in wanted
        ]
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *columns], names=[*batch.schema.names, *(name for name, _ in wanted)]
        )
