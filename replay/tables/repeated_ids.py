"""Columns whose repeated values may be clusters although nobody said so (`--cluster`).

They are ids by their name: a word for a person, a task or a session, whatever their role in the
table; or a context column whose last word is `id` or `uuid`. They are ids by their values: context
columns of text with digits. And they are all other context columns of text, if those have more
values than a category has.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from replay.numerics.arrays import array_of, is_text
from replay.tables.values.clusters import GROUPS, groups_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Ints
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.tables.values.context_column import ContextColumn

PEOPLE = (
    "user", "customer", "visitor", "patient", "student", "participant", "person", "household",
    "worker", "labeler", "labeller", "annotator", "rater", "email", "subscriber", "player", "buyer",
    "shopper", "seller", "guest", "driver", "rider", "employee",
)  # fmt: skip
"""Names of what has several rows in many logs."""

THINGS = (
    "session", "conversation", "task", "account", "member", "client", "subject", "device", "cookie",
    "phone", "store", "shop", "merchant", "company",
)  # fmt: skip
"""The same, but without `id` behind them they may be a category: the type of a task."""

FEW, SOME, MANY = 2, 20, 100
"""Different values that a column must have: one of ids by its name alone; one that may be a
category; and one of text, which a category seldom has, and the model of the reward knows."""

NUMBERED = 0.9
"""Share of a text column's values that have a digit if they are ids."""

MOST = 4
"""Columns beside the context that are looked at: each costs as much as a cluster column."""

_BEHIND = r"_?(id|uuid|key|hash|number|no)"
_PERSON = re.compile(rf"(.*_)?(({'|'.join(PEOPLE)})({_BEHIND})?|uid)")
_THING = re.compile(rf"(.*_)?({'|'.join(THINGS)}){_BEHIND}")
_IN_CONTEXT = re.compile(r"(.*_)?(uu)?id")


def least_values(name: str, *, context: bool = False) -> int | None:
    """Different values that a column of this name must have to be one of ids; `None` if it isn't.

    In the `context` any whose last word is `id` or `uuid` is.

    Examples
    --------
    >>> [least_values(name) for name in ("user", "customerId", "task-id", "store", "item_id")]
    [2, 2, 2, 20, None]
    >>> least_values("item_id", context=True), least_values("country", context=True)
    (2, None)
    """
    plain = _plain(name)
    if _PERSON.fullmatch(plain) or _THING.fullmatch(plain):
        return FEW
    if context and _IN_CONTEXT.fullmatch(plain):
        return FEW
    return SOME if plain in THINGS else None


def _plain(name: str) -> str:
    """Write a name in small letters with `_` between its words."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", words)


class PossibleId(NamedTuple):
    """A column whose values may be clusters.

    `least_values` is how many different ones it must have; `is_id` whether rows of one value are
    expected to be correlated, so that less evidence is asked for: an id in the context, or one of
    people anywhere. Two accounts or tasks beside the context are no reason to refuse a log.
    """

    column: str
    least_values: int
    is_id: bool


def possible_ids(
    table: Table, columns: Columns, context: Sequence[ContextColumn]
) -> tuple[PossibleId, ...]:
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
    ids = []
    for column in context:
        least = least_values(column.name, context=True)
        if least is None and not column.numeric and _are_numbered(table, column.name):
            least = SOME
        if least is not None or not column.numeric:
            ids.append(PossibleId(column.name, least or MANY, least is not None))
    used = set(columns.needed())
    headers = [names for _, names in table.headers]
    others = []
    for name in table.columns:
        least = least_values(name)
        if (
            least is not None
            and name not in used
            and all(header.count(name) == 1 for header in headers)
        ):
            is_id = _PERSON.fullmatch(_plain(name)) is not None
            others.append(PossibleId(name, least, is_id))
    return (*ids, *others[:MOST])


def crossing_ids(
    table: Table, columns: Columns, context: Sequence[ContextColumn], cluster: str
) -> tuple[PossibleId, ...]:
    """Columns to look for correlated rows in, beside the clusters: ids by name or by digits."""
    among = possible_ids(table, replace(columns, cluster=None), context)
    ids = {candidate.column: candidate for candidate in among if candidate.is_id}
    used, headers = set(columns.needed()), [names for _, names in table.headers]
    for name in table.columns:
        by_name = _IN_CONTEXT.fullmatch(_plain(name)) is not None
        if by_name and name not in used and all(header.count(name) == 1 for header in headers):
            ids.setdefault(name, PossibleId(name, FEW, is_id=True))
    ids.pop(cluster, None)
    return tuple(ids.values())[: 2 * MOST]


def _are_numbered(table: Table, name: str) -> bool:
    """Whether nearly all values have a digit, as ids do; by the first rows of the table."""
    batch = next(iter(table.batches([name])), None)
    if batch is None or not is_text(batch.column(name)):
        return False
    values = pc.drop_null(pc.unique(batch.column(name).cast(pa.string())))
    numbered = pc.sum(pc.match_substring_regex(values, r"\d")).as_py() or 0
    return bool(numbered > NUMBERED * len(values))


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
