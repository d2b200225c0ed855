"""The first pass over a table: its actions, its rewards, what its context columns look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bandit.errors import BadValue, MissingInput
from replay.moments import Moments
from replay.rows import raw_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.rows import Columns
    from replay.table import Table

MAX_ACTIONS = 10_000
"""More distinct actions than this are a mistaken column: memory is rows of a chunk × actions."""

MANY_VALUES = 64
"""A context column of numbers with more distinct values than this is a number, not a category."""


@dataclass(slots=True)
class ContextColumn:
    """Whether a context column is a number or a category, found out batch by batch."""

    name: str
    numeric: bool = True
    values: set[str] = field(default_factory=set)
    moments: Moments = field(default_factory=Moments)

    @property
    def continuous(self) -> bool:
        """Whether it is used as a number."""
        return self.numeric and len(self.values) > MANY_VALUES and bool(self.moments.second)

    def receive(self, column: Any) -> None:
        """Look at a batch of text."""
        if not self.numeric:
            return
        try:
            numbers = pc.drop_null(column).cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowException:
            self.numeric = False
            return
        self.moments = self.moments.receive(numbers[np.isfinite(numbers)])
        if len(self.values) <= MANY_VALUES:
            self.values.update(v for v in pc.unique(column).to_pylist() if v is not None)


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first pass found: `reward_kind` is `binary`, `positive` or `real`."""

    rows: int
    actions: tuple[str, ...]
    reward_kind: str
    rewards: Moments
    context: tuple[ContextColumn, ...]


def survey(table: Table, columns: Columns, tell: Callable[[int], None] | None = None) -> Survey:
    """Read a table once, checking every value.

    Raises
    ------
    MissingInput
        If it has no rows.
    BadValue
        If a value breaks its rule, or there are more than `MAX_ACTIONS` actions.
    """
    actions: set[str] = set()
    rewards = Moments()
    low, binary = 0.0, True
    context = tuple(ContextColumn(name) for name in columns.context)
    for names, rows in raw_rows(table, columns):
        actions.update(pc.unique(names).to_pylist())
        if len(actions) > MAX_ACTIONS:
            raise BadValue(
                f"{table.name}: more than {MAX_ACTIONS} different values of {columns.action}:"
                f" is that column the action?"
            )
        rewards = rewards.receive(rows.reward)
        low = min(low, float(rows.reward.min(initial=0.0)))
        binary = binary and bool(((rows.reward == 0) | (rows.reward == 1)).all())
        for column in context:
            column.receive(rows.context[column.name])
        if tell is not None:
            tell(len(rows))
    if not rewards.count:
        raise MissingInput(f"{table.name}: no rows")
    kind = "binary" if binary else "real" if low < 0 else "positive"
    return Survey(rewards.count, tuple(sorted(actions)), kind, rewards, context)
