"""Columns whose repeated values may be clusters although nobody said so (`--cluster`).

They are of two kinds. Ids by their name: a word for a person, a task or a session, whatever their
role in the table; or a context column whose name ends in `id`. And context columns of text, which
count only if they have more values than a category has (`replay/design_effect.py`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.groups import GROUPS
from replay.tables.arrays import array_of
from replay.tables.clusters import groups_of
from replay.tables.values import is_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.tables.columns import Columns
    from replay.tables.context_column import ContextColumn
    from replay.tables.table import Table
    from replay.tables.values import Ints

PEOPLE = (
    "user", "customer", "visitor", "patient", "student", "participant", "person", "household",
    "worker", "labeler", "labeller", "annotator", "rater",
)  # fmt: skip
"""Names of what has several rows in many logs."""

THINGS = ("session", "conversation", "task", "account", "member", "client", "subject", "device")
"""The same, but without `id` behind them they may be a category: the type of a task."""

FEW, SOME = 2, 20
"""Different values that a column of ids must have; with the second it is no category."""

MOST = 4
"""Columns beside the context that are looked at: each costs as much as a cluster column."""

_BEHIND = r"_?(id|uuid|key|hash|number|no)"
_ID = re.compile(rf"(.*_)?(({'|'.join(PEOPLE)})({_BEHIND})?|({'|'.join(THINGS)}){_BEHIND}|uid)")
_IN_CONTEXT = re.compile(r"(.*_)?(uu)?id|.*[a-z]_id")


def least_values(name: str, *, context: bool = False) -> int | None:
    """Different values that a column of this name must have to be one of ids; `None` if it isn't.

    In the `context` whatever ends in `id` is.

    Examples
    --------
    >>> [least_values(name) for name in ("user", "customerId", "task-id", "task", "item_id")]
    [2, 2, 2, 20, None]
    >>> least_values("item_id", context=True), least_values("country", context=True)
    (2, None)
    """
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain)
    if _ID.fullmatch(plain) or (context and _IN_CONTEXT.fullmatch(plain)):
        return FEW
    return SOME if plain in THINGS else None


def possible_ids(
    table: Table, columns: Columns, context: Sequence[ContextColumn]
) -> tuple[str, ...]:
    """Columns to look for correlated rows in; none where the user says what the clusters are.

    Parameters
    ----------
    table, columns
        The log, and what is what in it.
    context
        What a survey found in the context columns.
    """
    if columns.cluster is not None or columns.independent:
        return ()
    used = set(columns.needed())
    headers = [names for _, names in table.headers]
    others = [
        name
        for name in table.columns
        if name not in used
        and least_values(name) is not None
        and all(one.count(name) == 1 for one in headers)
    ]
    inside = [
        one.name
        for one in context
        if not one.numeric or least_values(one.name, context=True) is not None
    ]
    return tuple(dict.fromkeys([*inside, *others[:MOST]]))


def read_ids(names: Sequence[str], batch: Any, first: int) -> Ints:
    """Group of each row by each of some columns, shape (n, columns).

    What is missing, or of a type that no id has, is a group by the row's number, `first` on.
    """
    return np.column_stack([_groups(batch.column(name), first) for name in names])


def _groups(column: Any, first: int) -> Ints:
    alone = np.arange(first, first + len(column)) % GROUPS
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    if not (is_text(column) or numeric) or not len(column):
        return alone
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    groups = groups_of(coded.dictionary.cast(pa.string()))
    index = coded.indices
    if coded.null_count:
        index = index.cast(pa.int64())
    at = array_of(index, null=-1)
    return np.where(at < 0, alone, groups[at]) if len(groups) else alone
