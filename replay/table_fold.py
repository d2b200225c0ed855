"""Fold a table of decisions, row by row in its order, into the sums of every estimator."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.errors import BadValue
from replay.diagnostics import WeightSums
from replay.estimators.registry import estimators_for
from replay.estimators.snips import Snips
from replay.fold import Fold
from replay.models.features import Features
from replay.models.ridge import Ridge
from replay.scored import score
from replay.tables.checked import read_rows
from replay.tables.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from replay.tables.columns import Columns
    from replay.tables.rows import Floats, Rows
    from replay.tables.survey import Survey
    from replay.tables.table import Table
    from replay.target import Target

MAX_CELLS = 1 << 21
"""Rows × actions, or × features, handled at once: arrays of 16 MB each."""


def fold_table(
    table: Table,
    columns: Columns,
    target: Target,
    tell: Callable[[int], None] | None = None,
    *,
    strict: bool = False,
) -> Fold:
    """Read a table twice and sum it up; `strict` makes a row that can't be used an error.

    Raises
    ------
    BadValue
        If the target is `greedy` and the log doesn't hold the logging policy's distribution.
    """
    if target.kind == "greedy" and columns.logged is None:
        raise BadValue(
            f"target {target}: needs the logging policy's chances of all actions (--logged)"
        )
    found = survey(table, columns, tell, strict=strict)
    target = replace(target, full=columns.target_pmf is not None)
    target.check_action(found.actions)
    pieces = table.numbered(found.pieces).pieces
    batches = chain.from_iterable(read_rows(one, columns, found.actions) for one in pieces)
    fold = fold_rows(batches, found, target, "row", tell)
    sets_known = columns.actions is not None or columns.logged is not None
    return replace(fold, notes=_notes(target, sets_known=sets_known), unusable=found.unusable)


def fold_rows(
    batches: Iterable[Rows],
    found: Survey,
    target: Target,
    unit: str,
    tell: Callable[[int], None] | None = None,
) -> Fold:
    """Sum up surveyed rows; `unit` is what a row is."""
    pmf_known = target.pmf_known
    # Where only the logged action's chance is known the model is of the context alone.
    names = found.actions if pmf_known else found.actions[:1]
    model = Ridge(Features.of(names, found.context))
    estimators = estimators_for(target, pmf_known=pmf_known)
    weights, logging = WeightSums(), Snips()
    most = max(MAX_CELLS // max(len(found.actions), model.features.size), 1)
    for rows in _pieces(batches, model, most):
        pmf = _pmf(target, found.actions, rows)
        learned = rows if pmf_known else replace(rows, action=np.zeros(len(rows), np.int64))
        scored = score(
            rows, target, pmf, model.predict(learned), found.reward_kind, fitted=model.fitted
        )
        weights = weights.receive(scored)
        logging = logging.receive(replace(scored, weight=np.ones(len(rows))))
        estimators = tuple(e.receive(scored) for e in estimators)
        model.learn(learned)
        if tell is not None:
            tell(len(rows))
    return Fold(unit, found.reward_kind, weights, logging, estimators)


def _pmf(target: Target, actions: Sequence[str], rows: Rows) -> Floats | None:
    """The target's chance of every action, shape (n, K), or `None`."""
    if not target.pmf_known or rows.target_pmf is not None:
        return rows.target_pmf
    return target.pmf(actions, rows.logged_pmf, len(rows), rows.eligible)


def _pieces(batches: Iterable[Rows], model: Any, most: int) -> Iterator[Rows]:
    """Cut batches where the model is fitted anew, so a piece is predicted by one model."""
    for rows in batches:
        start = 0
        while start < len(rows):
            stop = min(start + most, start + model.until_fit(), len(rows))
            yield rows.slice(start, stop)
            start = stop


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
