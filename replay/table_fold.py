"""Fold a table of decisions into the sums of every estimator, under every target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.fold import Fold
from replay.models.features import Features
from replay.passes import Question, fold_source
from replay.tables.checked import read_rows
from replay.tables.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.tables.columns import Columns
    from replay.tables.piece import Piece
    from replay.tables.rows import Rows
    from replay.tables.table import Table
    from replay.target import Target


@dataclass(frozen=True, slots=True)
class _Surveyed:
    """A table whose actions are known, to be read again."""

    pieces: tuple[Piece, ...]
    columns: Columns
    actions: tuple[str, ...]
    tell: Callable[[int], None] | None = None

    def read(self, piece: Piece) -> Iterator[Rows]:
        for rows in read_rows(piece, self.columns, self.actions):
            yield rows
            if self.tell is not None:
                self.tell(len(rows))


def fold_table(
    table: Table,
    columns: Columns,
    targets: Sequence[Target],
    tell: Callable[[int], None] | None = None,
    *,
    strict: bool = False,
) -> list[Fold]:
    """Survey a table, then sum it up under each target.

    `strict` makes a row that can't be used an error.

    Raises
    ------
    BadValue
        If a target is `greedy` and the log doesn't hold the logging policy's distribution.
    """
    for target in targets:
        if target.kind == "greedy" and columns.logged is None:
            raise BadValue(
                f"target {target}: needs the logging policy's chances of all actions (--logged)"
            )
    found = survey(table, columns, tell, strict=strict)
    whole = {name for name, _ in columns.target_pmfs}
    targets = [replace(target, full=target.column in whole) for target in targets]
    for target in targets:
        target.check_action(found.actions)
    question = Question(
        found.actions,
        found.reward_kind,
        Features.of(found.actions, found.context),
        tuple(targets),
        tuple(target.pmf_known for target in targets),
        sum(found.pieces.values()),
        clustered=columns.cluster is not None,
    )
    source = _Surveyed(table.numbered(found.pieces).pieces, columns, found.actions, tell)
    sets_known = columns.actions is not None or columns.logged is not None
    return [
        Fold(
            "row",
            found.reward_kind,
            sums,
            _notes(target, sets_known=sets_known),
            unusable=found.unusable,
        )
        for target, sums in zip(targets, fold_source(source, question), strict=True)
    ]


def _notes(target: Target, *, sets_known: bool) -> tuple[str, ...]:
    if target.column is not None and not target.full:
        note = (
            "only the logged action's chance under the target is known, so there is no DM and no"
            " DR; the baseline form is the default"
        )
        return (note,)
    if target.kind == "logging":
        return ("the target is the logging policy: every weight is 1, no model is needed",)
    if sets_known or target.full:
        return ()
    note = (
        "the log doesn't say which actions were eligible in a row: all that it names count"
        " everywhere"
    )
    return (note,)
