"""Check for rewards of 0 at the end of a log that stand for rewards which haven't come yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.checks.check_result import CheckResult, Grade, percent

if TYPE_CHECKING:
    from replay.order.row_order import RowOrder
    from replay.tables.zero_runs import ZeroRuns

WEAK, BROKEN = 0.01, 0.05
"""Share of the rows: without these rewards, means are too low by as much."""

BY_LUCK = 1e-4


def on_late_rewards(runs: ZeroRuns, rows: int, order: RowOrder | None) -> tuple[CheckResult, ...]:
    """Judge the zeros at the end of a log of `rows` rows; nothing is said where they are few.

    Rows that aren't in the order of logging may end with zeros for any reason.

    Examples
    --------
    >>> import numpy as np
    >>> from replay.tables.zero_runs import ZeroRuns
    >>> rewards = np.append(np.arange(900) % 3, np.zeros(100))
    >>> on_late_rewards(ZeroRuns.of(rewards), 1000, None)[0].verdict
    <Grade.BROKEN: 'broken'>
    """
    share = runs.end / rows if rows else 0.0
    if share <= WEAK or runs.chance(rows) > BY_LUCK or (order is not None and not order.logged):
        return ()
    text = (
        f"the last {runs.end:,} rows ({percent(share)}) all have a reward of 0, and before there"
        f" were never more than {max(runs.start, runs.longest):,} in a row: if their rewards"
        " haven't come yet, leave these rows out (--sql)"
    )
    return (CheckResult("late rewards", Grade.BROKEN if share > BROKEN else Grade.WEAK, text),)
