"""Predicted rewards of a log in memory, and the order of its rows."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from replay.models.blocks import boundaries
from replay.models.folds import Folds
from replay.models.frozen import block_grams, crossed_models, fold_grams, past_models
from replay.order.row_order import order_of
from replay.order.sums import OrderSums, looked_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.models.features import Features
    from replay.models.frozen import RewardModels
    from replay.numerics.arrays import Floats
    from replay.order.row_order import RowOrder
    from replay.tables.rows import Rows

AT_ONCE = 1 << 13
"""Rows that are guessed at once."""


def order_of_rows(
    held: Sequence[Rows], features: Features, length: int, *, timed: bool, learned: bool
) -> RowOrder:
    """Say how rows of a log of `length` rows stand.

    `timed` says that they are in the order of logging, `learned` that a policy that learned chose.
    """
    sums = [OrderSums().receive(looked_at(rows, length), features.slot, length) for rows in held]
    order = order_of(reduce(add, sums, OrderSums()), timed=timed)
    return replace(order, moving=True) if learned else order


def guesses(
    held: Sequence[Rows], features: Features, length: int, order: RowOrder, *, clustered: bool
) -> Floats:
    """q̂ of every action in every row, by a model that was not fitted on it: shape (n, K)."""
    centre = float(np.concatenate([rows.reward for rows in held]).mean())
    models = _models(held, features, length, order, centre, clustered=clustered)
    return np.concatenate(
        [
            models.predict(part, block, aware=True)[0]
            for rows in held
            for block, part in models.parts(rows, AT_ONCE)
        ]
    )


def _models(
    held: Sequence[Rows],
    features: Features,
    length: int,
    order: RowOrder,
    centre: float,
    *,
    clustered: bool,
) -> RewardModels:
    parts = (part for rows in held for part in rows.parts(AT_ONCE))
    if order.by_past:
        starts = boundaries(length)
        blocks = (block_grams(features, part, starts, centre) for part in parts)
        return past_models(features, blocks, length, centre, aware=True, blind=False)
    folds = Folds(clustered)
    each = [fold_grams(features, part, centre, folds) for part in parts]
    grams = [reduce(add, fold) for fold in zip(*each, strict=True)]
    return crossed_models(features, grams, centre, folds, aware=True, blind=False)
