"""Fold a table of decisions, read twice, into the sums of every estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from replay.fold import Fold
from replay.models.features import Features
from replay.passes import Question, fold_source
from replay.rows import indexed_rows
from replay.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from replay.rows import Columns, Rows
    from replay.survey import Survey
    from replay.table import Table
    from replay.target import Target


@dataclass(frozen=True, slots=True)
class _Whole:
    """A table as one piece."""

    table: Table
    columns: Columns
    found: Survey
    tell: Callable[[int], None] | None = None

    @property
    def pieces(self) -> tuple[int]:
        return (0,)

    def read(self, piece: Any) -> Iterator[Rows]:
        for rows in indexed_rows(self.table, self.columns, self.found.actions):
            yield rows
            if self.tell is not None:
                self.tell(len(rows))


def fold_table(
    table: Table, columns: Columns, target: Target, tell: Callable[[int], None] | None = None
) -> Fold:
    """Read a table twice and sum it up."""
    found = survey(table, columns, tell)
    target.check_action(found.actions)
    known = target.kind in ("uniform", "always")
    question = Question(
        found.actions,
        found.reward_kind,
        Features.of(found.actions, found.context),
        (target,),
        (known,),
        found.rows,
    )
    (sums,) = fold_source(_Whole(table, columns, found, tell), question)
    return Fold("row", found.reward_kind, sums, _notes(target))


def _notes(target: Target) -> tuple[str, ...]:
    if target.kind == "column":
        note = (
            "only the logged action's chance under the target is known, so there is no DM and no"
            " DR; the baseline form is the default"
        )
        return (note,)
    if target.kind == "logging":
        return ("the target is the logging policy: every weight is 1, no model is needed",)
    note = (
        "the log doesn't say which actions were eligible in a row: all that it names count"
        " everywhere"
    )
    return (note,)
