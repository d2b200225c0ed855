"""Rows loaded into memory for replays: of a surveyed table, or the asks of a poolwise log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.learning.memory_log import hold
from replay.log_files.histories import OwnLog
from replay.models.features import Features
from replay.tables.checked import read_rows
from replay.task_log.pool_choices import judged_asks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from replay.learning.memory_log import ReplayLog
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.tables.rows import Rows
    from replay.tables.survey import Survey

ASKS = (
    "a row is an ask with its logged reward; only the choice of pool is evaluated, at the states"
    " that the log visited; asks of one task are treated as independent"
)
BLIND = "learners have no context: replays of poolwise's own log don't use the features of tasks"


def hold_table(
    table: Table, columns: Columns, surveyed: Survey, tell: Callable[[int], None] | None = None
) -> ReplayLog:
    """Read a surveyed table once.

    Raises
    ------
    BadValue
        If its rows × actions are more than memory holds.
    """

    def batches() -> Iterator[Rows]:
        for piece in table.numbered(surveyed.pieces).pieces:
            for rows in read_rows(piece, columns, surveyed.actions):
                yield rows
                if tell is not None:
                    tell(len(rows))

    return hold(
        batches(),
        Features.of(surveyed.actions, surveyed.context),
        surveyed.actions,
        surveyed.reward_kind,
        sum(surveyed.pieces.values()),
        clustered=columns.cluster is not None,
        timed=columns.time is not None and not surveyed.order.earlier,
    )


def hold_own(
    path: Path, tell: Callable[[int], None] | None = None
) -> tuple[ReplayLog, tuple[str, ...]]:
    """Read an embedded log, or an archive of a log: a row is an ask that was judged.

    Raises
    ------
    LogError, MissingInput
        If it isn't a poolwise log, or no ask was judged.
    """
    with OwnLog(path, tell) as log:
        cut = log.end - log.longest_s() if log.pending() else float("inf")
        asks = judged_asks(log, cut)
        features = Features.of(asks.actions, ())
        held = hold(
            asks.read(0), features, asks.actions, "real", asks.judged, timed=True, learned=True
        )
        return held, (ASKS, BLIND, *log.notes())
