"""Where a distribution over actions stands in a table.

A full distribution stands in one of three forms:

`columns`  a column for each action, called PREFIX and the action's name; null is a chance of 0
`list`     a column of lists, in the order of another column's lists of actions
`map`      a column of maps from actions to chances, or a struct whose fields are the actions
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from replay.numerics.arrays import is_text


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where a distribution stands: its form, its columns, and what messages call it."""

    form: Literal["columns", "list", "map"]
    names: tuple[str, ...]
    label: str
    prefix: str = ""


def form_of(column: Any) -> str | None:
    """Say what a column holds: `list`, `map`, or `None` for plain values or nothing at all.

    Examples
    --------
    >>> form_of(pa.array([None, '{"a": 1.0}'])), form_of(pa.array([[0.5, 0.5]]))
    ('map', 'list')
    """
    kind = column.type
    if pa.types.is_map(kind) or pa.types.is_struct(kind):
        return "map"
    if is_list(kind):
        return "list"
    if is_text(column):
        known = pc.drop_null(column)
        word = known[0].as_py().lstrip()[:1] if len(known) else ""
        return {"[": "list", "{": "map"}.get(word)
    return None


def is_list(kind: Any) -> bool:
    """Whether a type of Arrow is one of lists."""
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )
