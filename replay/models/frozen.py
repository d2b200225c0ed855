"""Models of the reward for every block of a log, fitted on the blocks before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.at_once import rows_at_once
from replay.models.blocks import boundaries, cut
from replay.models.gram import Gram
from replay.models.ridge import progressive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from replay.jobs import Run
    from replay.models.features import Features
    from replay.models.ridge import Ridge
    from replay.passes import Question, Source
    from replay.tables.rows import Floats, Rows


@dataclass(frozen=True, slots=True)
class Models:
    """A model for each block: `aware` of the action, and `blind` to it (of the context alone).

    `starts` are the first rows of the blocks; an empty tuple of models predicts 0.
    """

    features: Features
    starts: list[int]
    aware: tuple[Ridge | None, ...] = ()
    blind: tuple[Ridge | None, ...] = ()

    def predict(self, rows: Rows, block: int, *, aware: bool) -> tuple[Floats, bool]:
        """Return q̂ of every action, shape (n, K), or g(x), (n, 1); and whether there is a model."""
        features = self.features if aware else self.features.blind()
        each = self.aware if aware else self.blind
        model = each[block] if each else None
        if model is None:
            return np.zeros((len(rows), len(features.slot))), False
        return model.predict(features, rows), True


def fit_models(source: Source, question: Question, run: Run) -> Models:
    """Read a log once, and fit the models that a question needs."""
    features, starts = question.features, boundaries(question.length)
    if not question.needs_model():
        return Models(features, starts)
    grams = run(partial(_gram, source, features, starts), source.pieces)
    blocks = list(_in_order(grams, len(starts), features.size))
    aware: tuple[Ridge | None, ...] = ()
    blind: tuple[Ridge | None, ...] = ()
    if any(question.known):
        aware = tuple(progressive(features, blocks))
    if not all(question.known):
        collapsed = (block.collapsed(features.action_slots) for block in blocks)
        blind = tuple(progressive(features.blind(), collapsed))
    return Models(features, starts, aware, blind)


def _gram(source: Source, features: Features, starts: list[int], piece: Any) -> dict[int, Gram]:
    """Cross products of each block that a piece reaches into."""
    found: dict[int, Gram] = {}
    for rows in source.to_learn(piece):
        for block, part in cut(rows, starts, rows_at_once(features.size)):
            gram = features.gram(part)
            found[block] = found[block] + gram if block in found else gram
    return found


def _in_order(grams: Iterable[dict[int, Gram]], blocks: int, size: int) -> Iterator[Gram]:
    """Merge what pieces found of each block; a block without rows is empty."""
    merged: dict[int, Gram] = {}
    for found in grams:
        for block, gram in found.items():
            merged[block] = merged[block] + gram if block in merged else gram
    for block in range(blocks):
        yield merged.pop(block, Gram.empty(size))
