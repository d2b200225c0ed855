"""Fold a table of decisions, row by row in its order, into the sums of every estimator."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.diagnostics import WeightSums
from replay.estimators.registry import estimators_for
from replay.estimators.snips import Snips
from replay.fold import Fold
from replay.models.features import Features
from replay.models.ridge import Ridge
from replay.rows import Rows, indexed_rows
from replay.scored import score
from replay.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from replay.rows import Columns
    from replay.survey import Survey
    from replay.table import Table
    from replay.target import Target

MAX_CELLS = 1 << 21
"""Rows × actions, or × features, handled at once: arrays of 16 MB each."""


def fold_table(
    table: Table, columns: Columns, target: Target, tell: Callable[[int], None] | None = None
) -> Fold:
    """Read a table twice and sum it up."""
    found = survey(table, columns, tell)
    target.check_action(found.actions)
    return fold_rows(indexed_rows(table, columns, found.actions), found, target, "row", tell)


def fold_rows(
    batches: Iterable[Rows],
    found: Survey,
    target: Target,
    unit: str,
    tell: Callable[[int], None] | None = None,
) -> Fold:
    """Sum up surveyed rows; `unit` is what a row is."""
    pmf_known = target.kind in ("uniform", "always")
    # Where only the logged action's chance is known the model is of the context alone.
    names = found.actions if pmf_known else found.actions[:1]
    model = Ridge(Features.of(names, found.context))
    estimators = estimators_for(target, pmf_known=pmf_known)
    weights, logging = WeightSums(), Snips()
    most = max(MAX_CELLS // max(len(found.actions), model.features.size), 1)
    for rows in _pieces(batches, model, most):
        pmf = target.pmf(found.actions, rows.logged_pmf, len(rows)) if pmf_known else None
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
    return Fold(unit, found.reward_kind, weights, logging, estimators, _notes(target))


def _pieces(batches: Iterable[Rows], model: Any, most: int) -> Iterator[Rows]:
    """Cut batches where the model is fitted anew, so a piece is predicted by one model."""
    for rows in batches:
        start = 0
        while start < len(rows):
            stop = min(start + most, start + model.until_fit(), len(rows))
            yield rows.slice(start, stop)
            start = stop


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
