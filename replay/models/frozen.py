"""Reward models of a log, progressive or cross-fitted: none predicts a row it was fitted on.

Where a policy learned while it wrote the log, the rows of a block are predicted by a fit on the
blocks before it; else each fold of the rows by a fit on the other folds (`order/row_order.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from replay.models.blocks import boundaries, cut
from replay.models.crossed import CrossFittedModels, cross_fit
from replay.models.folds import FOLDS, Folds
from replay.models.gram import Gram
from replay.models.ridge import progressive
from replay.numerics.rows_at_once import rows_at_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from replay.models.features import Features
    from replay.models.ridge import Ridge
    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows


@dataclass(frozen=True, slots=True)
class RewardModels:
    """Models of the reward: `aware` of the action, and `blind` to it.

    Each is a model for every block, whose first rows are `starts`, or one of all `folds`; `None`
    predicts the centre.
    """

    features: Features
    centre: float = 0.0
    folds: Folds = field(default_factory=Folds)
    starts: tuple[int, ...] = ()
    aware: tuple[Ridge | None, ...] | CrossFittedModels | None = None
    blind: tuple[Ridge | None, ...] | CrossFittedModels | None = None

    def parts(self, rows: Rows, most: int) -> Iterator[tuple[int, Rows]]:
        """Cut rows into parts of at most `most` within a block each; yield block and part."""
        yield from cut(rows, list(self.starts) or [0], most)

    def predict(self, rows: Rows, block: int, *, aware: bool) -> tuple[Floats, bool]:
        """Return q̂ of every action, shape (n, K), or g(x), (n, 1); and whether there is a model."""
        features = self.features if aware else self.features.blind()
        each = self.aware if aware else self.blind
        if isinstance(each, CrossFittedModels):
            return each.predict(features, rows, self.folds.of(rows)), True
        model = each[block] if each else None
        if model is None:
            return np.full((len(rows), len(features.slot)), self.centre), False
        return model.predict(features, rows), True


def fold_grams(features: Features, rows: Rows, centre: float, folds: Folds) -> list[Gram]:
    """Cross products of the rows of each fold."""
    fold, reward = folds.of(rows), rows.reward - centre
    if not features.context_size:
        slots = np.asarray(features.slot, np.int64)[rows.action]
        return Gram.of_slots_by(fold, slots, FOLDS, features.action_slots, reward)
    order = np.argsort(fold, kind="stable")
    vectors, reward = features.of_rows(rows)[order], reward[order]
    ends = np.bincount(fold, minlength=FOLDS).cumsum()
    return [
        Gram.of(vectors[start:stop], reward[start:stop])
        for start, stop in pairwise([0, *ends.tolist()])
    ]


def block_grams(
    features: Features, rows: Rows, starts: list[int], centre: float
) -> dict[int, Gram]:
    """Cross products of each block that the rows reach into."""
    blocks: dict[int, Gram] = {}
    for block, part in cut(rows, starts, rows_at_once(features.size)):
        gram = features.gram(part, centre)
        blocks[block] = blocks[block] + gram if block in blocks else gram
    return blocks


def crossed_models(
    features: Features,
    grams: list[Gram],
    centre: float,
    folds: Folds,
    *,
    aware: bool,
    blind: bool,
) -> RewardModels:
    """Fit the models of all folds from their cross products."""
    collapsed = [gram.collapsed(features.action_slots) for gram in grams] if blind else []
    return RewardModels(
        features,
        centre,
        folds,
        aware=cross_fit(features, grams, centre) if aware else None,
        blind=cross_fit(features.blind(), collapsed, centre) if blind else None,
    )


def past_models(
    features: Features,
    grams: Iterable[dict[int, Gram]],
    length: int,
    centre: float,
    *,
    aware: bool,
    blind: bool,
) -> RewardModels:
    """Fit a model for each block of a log of `length` rows on the blocks before it."""
    starts = boundaries(length)
    blocks = list(_in_order(grams, len(starts), features.size))
    collapsed = (block.collapsed(features.action_slots) for block in blocks)
    return RewardModels(
        features,
        centre,
        starts=tuple(starts),
        aware=_above(progressive(features, blocks), centre) if aware else None,
        blind=_above(progressive(features.blind(), collapsed), centre) if blind else None,
    )


def _above(models: Iterable[Ridge | None], centre: float) -> tuple[Ridge | None, ...]:
    return tuple(None if model is None else model.above(centre) for model in models)


def _in_order(grams: Iterable[dict[int, Gram]], blocks: int, size: int) -> Iterator[Gram]:
    """Merge what pieces found of each block; a block without rows is empty."""
    merged: dict[int, Gram] = {}
    for piece in grams:
        for block, gram in piece.items():
            merged[block] = merged[block] + gram if block in merged else gram
    for block in range(blocks):
        yield merged.pop(block, Gram.empty(size))
