"""Columns whose values are lists or maps, of Arrow's own types or as JSON text, laid flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from replay.numerics.arrays import array_of, column_of, is_text, null_mask, strings
from replay.tables.columns.distribution import is_list
from replay.tables.values.numbers import categories, quoted

if TYPE_CHECKING:
    from replay.numerics.arrays import Ints
    from replay.tables.values.faults import Faults


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of n rows, one after the other.

    `length` is how many entries each row has, shape (n,); `values` and, of maps, `keys` are Arrow
    columns of all entries.
    """

    length: Ints
    values: Any
    keys: Any = None


def read_lists(name: str, column: Any, faults: Faults, *, words: bool = False) -> Lists:
    """Lay a column of lists flat; rows that have none are put into `faults` and count as empty.

    `words` says that JSON text holds lists of names, not of numbers.

    Raises
    ------
    BadValue
        If the column's type has no lists.
    """
    if is_text(column):
        column = _parsed(name, column, faults, "names" if words else "numbers")
    if not is_list(column.type):
        raise faults.wrong_type(name, column, "lists")
    faults.put(null_mask(column), f"{name} is missing")
    length = array_of(pc.list_value_length(column), null=0)
    return Lists(length.astype(np.int64), pc.list_flatten(column))


def read_maps(name: str, column: Any, faults: Faults) -> Lists:
    """Lay a column of maps from names to numbers flat; a key without a value is no entry.

    Raises
    ------
    BadValue
        If the column's type has no maps.
    """
    if is_text(column):
        column = _parsed(name, column, faults, "map")
    faults.put(null_mask(column), f"{name} is missing")
    kind = column.type
    try:
        if pa.types.is_struct(kind):
            return _from_struct(column)
        if pa.types.is_map(kind):
            return _from_map(column)
    except pa.ArrowException as error:
        raise faults.wrong_type(name, column, EXPECTED) from error
    raise faults.wrong_type(name, column, EXPECTED)


def _from_map(column: Any) -> Lists:
    pairs = pa.struct([("key", column.type.key_type), ("value", column.type.item_type)])
    lists = column.cast(pa.list_(pairs))
    length = array_of(pc.list_value_length(lists), null=0)
    keys, values = pc.list_flatten(lists).flatten()
    return _without_nulls(length.astype(np.int64), values, keys)


def _from_struct(column: Any) -> Lists:
    """Every field is a key; laid out row after row."""
    fields, n = column.flatten(), len(column)
    width = len(fields)
    names = strings([field.name for field in column.type])
    keys = pa.DictionaryArray.from_arrays(column_of(np.tile(np.arange(width), n)), names)
    if not fields:
        return Lists(np.zeros(n, np.int64), pa.nulls(0, pa.float64()), keys)
    joined = pa.concat_arrays([field.cast(pa.float64()) for field in fields])
    across = np.arange(n)[:, None] + n * np.arange(width)
    values = joined.take(column_of(across.ravel()))
    return _without_nulls(np.full(n, width, np.int64), values, keys)


def _without_nulls(length: Ints, values: Any, keys: Any) -> Lists:
    if not values.null_count:
        return Lists(length, values, keys)
    there = values.is_valid()
    row = np.repeat(np.arange(len(length)), length)
    kept = np.bincount(row, array_of(there), minlength=len(length))
    return Lists(kept.astype(np.int64), values.filter(there), keys.filter(there))


EXPECTED = "maps from actions to chances"

JSON: dict[str, tuple[Any, Any, str]] = {
    "names": (list[msgspec.Raw], pa.list_(pa.string()), "a list of names"),
    "numbers": (list[float | None], pa.list_(pa.float64()), "a list of numbers"),
    "map": (dict[str, float | None], pa.map_(pa.string(), pa.float64()), "a map to numbers"),
}
"""What JSON text may hold: for msgspec, for Arrow, in words."""


def _parsed(name: str, column: Any, faults: Faults, what: str) -> Any:
    """Parse JSON text, each different one once."""
    shape, kind, said = JSON[what]
    decoder = msgspec.json.Decoder(shape)
    index, texts = categories(name, column, faults)
    parsed: list[Any] = []
    unread = np.zeros(len(texts) + 1, dtype=bool)
    for at, text in enumerate(texts.to_pylist()):
        try:
            decoded = None if text is None else decoder.decode(text)
        except msgspec.DecodeError:
            decoded, unread[at] = None, True
        parsed.append([_name(raw) for raw in decoded] if decoded and what == "names" else decoded)
    faults.put(
        unread[index],
        f"{name} is not {said} in JSON",
        lambda row: f"{name} is {quoted(texts[int(index[row])].as_py())}, not {said} in JSON",
    )
    if what == "map":
        parsed = [None if item is None else list(item.items()) for item in parsed]
    return pa.array([*parsed, None], kind).take(pa.array(np.where(index < 0, len(parsed), index)))


def _name(raw: msgspec.Raw) -> str | None:
    text = bytes(raw).decode()
    if text == "null":
        return None
    return str(msgspec.json.decode(text)) if text.startswith('"') else text
