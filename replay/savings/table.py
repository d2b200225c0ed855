"""A label table as a crowd to be replayed: labels, true answers, pools, and a price each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bandit.errors import BadValue, MissingInput, nearest
from replay.label_tables.as_crowd import check_classes, read_crowd_table
from replay.recorded.crowd import with_pools
from replay.recorded.doubtful import doubts
from replay.recorded.replayed import priced

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from replay.recorded.crowd import Crowd

DEFAULT_USD = 0.05
"""A label's price where nothing says it: a few cents is what crowds are paid for short tasks."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a label costs where no column says it: by pool, else flat; `None` for not said."""

    usd_per_label: float | None = None
    of_pool: tuple[tuple[str, float], ...] = ()


def read_labels(
    path: Path,
    given: Mapping[str, str | None],
    prices: Prices,
    truth: str | None = None,
    *,
    as_written: bool = False,
) -> tuple[Crowd, dict[str, str]]:
    """Read a table of labels; return the crowd, each row with pool and price, and the columns.

    `truth` names a column of the file, or a second file with a task and a truth column;
    `as_written` says that names that differ only in letter case or spaces are different ones.

    Raises
    ------
    MissingInput
        If a file is missing or empty, or no task has two labels.
    UnknownColumn, BadValue
        If a column or a value can't be used; the message names the row.
    """
    crowd, columns = read_crowd_table(path, given, truth, as_written=as_written)
    tasks = len({row.task for row in crowd.labels})
    if tasks == len(crowd.labels):
        raise MissingInput(
            f"{path}: every task has one label ({tasks:,} tasks in column {columns['task']!r}):"
            " nothing to save, because poolwise saves labels on tasks that get several (--task"
            " COLUMN)"
        )
    check_classes(crowd, path)
    crowd = replace(crowd, notes=(*crowd.notes, *doubts(crowd)))
    return with_pools(_with_prices(crowd, columns, prices, path)), columns


def _with_prices(crowd: Crowd, columns: Mapping[str, str], prices: Prices, path: Path) -> Crowd:
    by_pool = dict(prices.of_pool)
    pools = {row.pool for row in crowd.labels if row.pool is not None}
    for pool in by_pool:
        if pool not in pools:
            known = (
                nearest(pool, pools) if pools else "; the file has no pool column (--pool COLUMN)"
            )
            raise BadValue(f"--price-of {pool}: no such pool{known}")
    flat = prices.usd_per_label
    if flat is None and "price" not in columns and set(crowd.pools) - set(by_pool):
        flat = DEFAULT_USD
        note = f"no column of prices found: ${flat:.2f} per label assumed (--price, --price-of)"
        crowd = replace(crowd, notes=(*crowd.notes, note))
    if "price" in columns and (by_pool or flat is not None):
        crowd = replace(crowd, labels=tuple(row._replace(usd=None) for row in crowd.labels))
    result = priced(crowd, flat or 0.0, by_pool)
    if not any(row.usd for row in result.labels):
        raise BadValue(f"{path}: every price is 0; a price above 0 was expected (--price)")
    return result
