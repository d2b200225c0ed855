"""Rows of a logged table as numbers: checked, named by row and value where they break a rule."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from replay.table import Table

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table is what; `target` is that of a target `column:NAME`."""

    action: str = "action"
    reward: str = "reward"
    propensity: str = "propensity"
    context: tuple[str, ...] = ()
    target: str | None = None

    def needed(self) -> list[str]:
        """All columns that are read."""
        own = [self.action, self.reward, self.propensity, *self.context]
        return own if self.target is None else [*own, self.target]


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a log, in its order: n of them, among K actions.

    `action` holds indices into the log's actions, shape (n,); `target_prob` the logged action's
    chance under the target where a column says it; `logged_pmf`, shape (n, K), the logging
    policy's chances where all of them are known; `context` text columns of length n.
    """

    action: NDArray[np.int64]
    reward: Floats
    propensity: Floats
    target_prob: Floats | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    logged_pmf: Floats | None = None
    index: NDArray[np.int64] | None = None
    group: NDArray[np.int64] | None = None
    target_pmfs: Mapping[str, Floats] = field(default_factory=dict)
    target_probs: Mapping[str, Floats] = field(default_factory=dict)
    eligible: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.reward)

    def slice(self, start: int, stop: int) -> Rows:
        """Rows from `start` up to `stop`."""

        def part(values: Any) -> Any:
            return None if values is None else values[start:stop]

        return Rows(
            self.action[start:stop],
            self.reward[start:stop],
            self.propensity[start:stop],
            part(self.target_prob),
            {name: part(values) for name, values in self.context.items()},
            part(self.logged_pmf),
            part(self.index),
            part(self.group),
            {name: part(values) for name, values in self.target_pmfs.items()},
            {name: part(values) for name, values in self.target_probs.items()},
            part(self.eligible),
        )


def raw_rows(table: Table, columns: Columns) -> Iterator[tuple[Any, Rows]]:
    """Yield each batch's actions as Arrow text, and its checked rows with no index of actions yet.

    Raises
    ------
    BadValue
        If a propensity is not in (0, 1], a target's chance not in [0, 1], a reward not a finite
        number, or an action missing; the message names row, column and value.
    """
    first = 0
    for batch in table.batches(columns.needed()):

        def number(name: str, batch: Any = batch, first: int = first) -> Floats:
            return numbers(table.name, name, batch.column(name), first)

        def words(name: str, batch: Any = batch) -> Any:
            return _named_texts(table.name, name, batch.column(name))

        actions = words(columns.action)
        if actions.null_count:
            row = first + int(np.flatnonzero(actions.is_null().to_numpy(zero_copy_only=False))[0])
            raise BadValue(f"{table.name} row {row + 1}: {columns.action} is missing")
        propensity = number(columns.propensity)
        good = (propensity > 0) & (propensity <= 1)
        _all(good, table.name, columns.propensity, propensity, "must be in (0, 1]", first)
        target = None if columns.target is None else number(columns.target)
        if target is not None:
            good = (target >= 0) & (target <= 1)
            _all(good, table.name, str(columns.target), target, "must be in [0, 1]", first)
        reward = number(columns.reward)
        _all(np.isfinite(reward), table.name, columns.reward, reward, "must be finite", first)
        context = {name: words(name) for name in columns.context}
        yield actions, Rows(np.empty(0, np.int64), reward, propensity, target, context)
        first += batch.num_rows


def indexed_rows(table: Table, columns: Columns, actions: Sequence[str]) -> Iterator[Rows]:
    """Yield the checked rows with their actions as indices into `actions`."""
    known = pa.array(actions, pa.string())
    first = 0
    for names, rows in raw_rows(table, columns):
        index = pc.index_in(names, value_set=known).to_numpy(zero_copy_only=False)
        probs = {}
        if columns.target is not None and rows.target_prob is not None:
            probs[columns.target] = rows.target_prob
        yield Rows(
            index.astype(np.int64),
            rows.reward,
            rows.propensity,
            rows.target_prob,
            rows.context,
            index=np.arange(first, first + len(rows)),
            target_probs=probs,
        )
        first += len(rows)


def _named_texts(table: str, name: str, column: Any) -> Any:
    try:
        return texts(column)
    except pa.ArrowException as error:
        raise BadValue(
            f"{table}: {name} holds {column.type}, where texts or numbers are expected"
        ) from error


def texts(column: Any) -> Any:
    """Turn an Arrow column into text; whole numbers stay without a point.

    Examples
    --------
    >>> texts(pa.array([2.0, 3.5, None])).to_pylist()
    ['2', '3.5', None]
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.cast(pa.string())


def numbers(table: str, name: str, column: Any, first: int) -> Floats:
    """Turn an Arrow column into floats; `true` is 1, `first` is its first row's index.

    Raises
    ------
    BadValue
        If a value is missing or not a number; the message names its row.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count:
        row = first + int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise BadValue(f"{table} row {row + 1}: {name} is missing")
    try:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = pc.utf8_trim_whitespace(column)
        plain = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowException:
        return _one_by_one(table, name, column.to_pylist(), first)
    return np.asarray(plain, dtype=np.float64)


def _one_by_one(table: str, name: str, values: list[Any], first: int) -> Floats:
    """Read what the quick way could not, and find the value to blame."""
    read = np.empty(len(values))
    words = {"true": 1.0, "false": 0.0, "nan": math.nan}
    for row, value in enumerate(values):
        try:
            word = words.get(str(value).lower())
            read[row] = float(value) if word is None else word
        except (TypeError, ValueError) as error:
            raise BadValue(
                f"{table} row {first + row + 1}: {name} is {value!r}, not a number"
            ) from error
    return read


def _all(good: Any, table: str, name: str, values: Floats, rule: str, first: int) -> None:
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise BadValue(f"{table} row {first + row + 1}: {name} is {values[row]:g}, {rule}")
