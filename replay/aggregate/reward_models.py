"""Cross-fitted models of the reward, or models of earlier rows where the order requires it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from replay.checks.copies import share_of_copies
from replay.checks.covariate_balance import BalanceSums
from replay.checks.repeats import share_of_repeats
from replay.models.blocks import boundaries
from replay.models.crossed import cross_validated
from replay.models.folds import FOLDS, MOST_BY_CONTENT, Folds, folds_by_content
from replay.models.frozen import RewardModels, block_grams, crossed_models, fold_grams, past_models
from replay.models.gram import Gram
from replay.numerics.fieldwise_sum import FieldwiseSum, itemwise, merged
from replay.numerics.rows_at_once import MAX_ROWS, rows_at_once
from replay.order.content import context_hashes, hashes
from replay.order.row_order import RowOrder, order_of
from replay.order.sums import OrderSums, looked_at

if TYPE_CHECKING:
    from replay.aggregate.question import Question, RowSource
    from replay.checks.covariate_balance import Imbalance
    from replay.numerics.arrays import Floats, Ints
    from replay.runtime.parallel import Run


COUNTED_ROWS = 1 << 16
"""Rows that are counted at once where actions alone are: 0.5 MB for each number of a row."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstPass(FieldwiseSum):
    """Cross products of each fold, how rows stand, and what actions say of contexts; mergeable."""

    grams: tuple[Gram, ...] = field(metadata=merged(itemwise))
    order: OrderSums = field(default_factory=OrderSums)
    balance: BalanceSums = field(default_factory=BalanceSums)


class Fitted(NamedTuple):
    """Models of the reward, and what was found on the way: `None` where no model is needed."""

    models: RewardModels
    order: RowOrder | None = None
    imbalance: Imbalance | None = None
    copies: float = 0.0


def fit(source: RowSource, question: Question, run: Run) -> Fitted:
    """Read a log, and fit the models that a question needs; say how its rows stand.

    It is read once; once more for folds by content, and once more if a policy that learned chose.
    """
    features, centre = question.features, question.centre
    if not question.needs_model():
        return Fitted(RewardModels(features, centre))
    aware, blind = any(question.known), not all(question.known)
    total = FirstPass((Gram.empty(features.size),) * FOLDS)
    folds, copies = _folds(source, question, run)
    for part in run(partial(_first, source, question, folds), source.pieces):
        total = total + part
    order = RowOrder(timed=question.timed)
    imbalance = None
    if not question.floor:  # chances that were estimated fit whatever they were estimated from
        order = order_of(total.order, timed=question.timed)
        imbalance = total.balance.worst(features, question.actions)
    if imbalance is not None:
        alone = [gram.collapsed(features.action_slots) for gram in total.grams]
        imbalance = replace(imbalance, r_squared=cross_validated(features.blind(), alone))
    if question.learned or question.predictable:
        order = replace(order, moving=True)
    if not order.by_past:
        models = crossed_models(features, [*total.grams], centre, folds, aware=aware, blind=blind)
        return Fitted(models, order, imbalance, copies)
    grams = run(partial(_blocks, source, question), source.pieces)
    models = past_models(features, grams, question.length, centre, aware=aware, blind=blind)
    return Fitted(models, order, imbalance, copies)


def _folds(source: RowSource, question: Question, run: Run) -> tuple[Folds, float]:
    """Deal rows out in folds; and the share of them that are copies, where content is looked at."""
    if question.clustered or question.length > MOST_BY_CONTENT:
        return Folds(question.clustered), 0.0
    parts = [part for batches in run(partial(_hashes, source), source.pieces) for part in batches]
    index, content, context, propensity, reward = (
        np.concatenate(each) for each in zip(*parts, strict=True)
    )
    folds = Folds(of_row=folds_by_content(index, content, reward, question.length))
    if not question.features.context_size:
        return folds, 0.0
    copies = share_of_copies(content, reward)
    return folds, copies or share_of_repeats(context, content, propensity, reward)


def _hashes(source: RowSource, piece: Any) -> list[tuple[Ints, Any, Any, Floats, Floats]]:
    return [
        (rows.index, hashes(rows), context_hashes(rows), rows.propensity, rows.reward)
        for rows in source.to_learn(piece)
        if rows.index is not None
    ]


def _first(source: RowSource, question: Question, folds: Folds, piece: Any) -> FirstPass:
    features = question.features
    few, many = rows_at_once(features.size), MAX_ROWS
    if not features.context_size:
        few = many = COUNTED_ROWS
    none = (Gram.empty(features.size),) * FOLDS
    sums = FirstPass(none)
    for batch in source.to_learn(piece):
        for part in batch.parts(few):
            sums = sums + FirstPass(tuple(fold_grams(features, part, question.centre, folds)))
        for part in () if question.floor else batch.parts(many):
            seen = looked_at(part, question.length)
            order = OrderSums().receive(seen, features.slot, question.length)
            balance = reduce(
                lambda sums, rows: sums.receive(rows, features), seen.parts(few), BalanceSums()
            )
            sums = sums + FirstPass(none, order, balance)
    return sums


def _blocks(source: RowSource, question: Question, piece: Any) -> dict[int, Gram]:
    """Cross products of each block that a piece reaches into."""
    starts, grams = boundaries(question.length), dict[int, Gram]()
    for rows in source.to_learn(piece):
        for block, gram in block_grams(question.features, rows, starts, question.centre).items():
            grams[block] = grams[block] + gram if block in grams else gram
    return grams
