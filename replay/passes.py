"""Fold a log in two passes over its pieces, anywhere and in any order, to the same last bit.

The first pass sums up what models of the reward are fitted from, block by block of the log. The
second predicts each row with a model of the blocks before it, weighs it under every target, and
adds it to every estimator's sums. What pieces come to is merged in the order of the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from replay.estimators.registry import estimators_for, need_model
from replay.fold import Sums
from replay.models.blocks import boundaries, cut
from replay.models.gram import Gram
from replay.models.ridge import progressive
from replay.scored import score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from replay.models.features import Features
    from replay.models.ridge import Ridge
    from replay.tables.rows import Floats, Rows
    from replay.target import Target

MAX_CELLS = 1 << 18
"""Rows × actions, or × features, handled at once: arrays of 2 MB each, which stay near."""


class Source(Protocol):
    """A log in pieces, to be read as often as needed; plain data, if others are to read it."""

    @property
    def pieces(self) -> Sequence[Any]:
        """All of it once, in order."""

    def read(self, piece: Any) -> Iterator[Rows]:
        """Read usable rows in order, with their numbers in the log."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a log: plain data.

    Attributes
    ----------
    actions
        All that the log names.
    kind
        `binary`, `positive` or `real`: what rewards are.
    features
        What a model of the reward may know of a row.
    targets
        Policies to evaluate.
    known
        Of each target, whether its chance of every action is known, or only of the logged one.
    length
        Rows of the log, unusable ones included.
    clustered
        Whether rows of a group may hang together.
    only
        Names of the estimators that are wanted; all if there are none.
    """

    actions: tuple[str, ...]
    kind: str
    features: Features
    targets: tuple[Target, ...]
    known: tuple[bool, ...]
    length: int
    clustered: bool = False
    only: tuple[str, ...] = ()

    def empty(self) -> list[Sums]:
        """Return the sums of no rows under each target."""
        return [
            Sums.empty(estimators_for(target, self.only, pmf_known=known), self.length)
            for target, known in zip(self.targets, self.known, strict=True)
        ]


def fold_source(
    source: Source,
    question: Question,
    run: Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]] = map,
) -> list[Sums]:
    """Sum a log up under each target.

    Parameters
    ----------
    source, question
        The log, and what is asked of it.
    run
        Calls a function on every piece and yields the results in the order of the pieces.
    """
    starts = boundaries(question.length)
    total = question.empty()
    models = Models((), ())
    if any(need_model(sums.estimators) for sums in total):
        grams = run(partial(_gram, source, question, starts), source.pieces)
        blocks = list(_in_order(grams, len(starts), question.features.size))
        models = Models.of(question, blocks)
    summed = run(partial(_sums, source, question, starts, models), source.pieces)
    for part in summed:
        total = [a + b for a, b in zip(total, part, strict=True)]
    return total


@dataclass(frozen=True, slots=True)
class Models:
    """A model for each block: `aware` of the action, and `blind` to it (of the context alone)."""

    aware: tuple[Ridge | None, ...]
    blind: tuple[Ridge | None, ...]

    @classmethod
    def of(cls, question: Question, blocks: Sequence[Gram]) -> Models:
        """Fit those that are needed."""
        features = question.features
        aware: tuple[Ridge | None, ...] = ()
        blind: tuple[Ridge | None, ...] = ()
        if any(question.known):
            aware = tuple(progressive(features, blocks))
        if not all(question.known):
            split = features.action_slots
            blind = tuple(
                progressive(features.blind(), (block.collapsed(split) for block in blocks))
            )
        return cls(aware, blind)


def _gram(source: Source, question: Question, starts: list[int], piece: Any) -> dict[int, Gram]:
    """First pass over a piece: the cross products of each block that it reaches into."""
    features = question.features
    found: dict[int, Gram] = {}
    for rows in source.read(piece):
        for block, part in cut(rows, starts, max(MAX_CELLS // features.size, 1)):
            gram = Gram.of(features.of_rows(part), part.reward)
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


def _sums(
    source: Source, question: Question, starts: list[int], models: Models, piece: Any
) -> list[Sums]:
    """Second pass over a piece."""
    total = question.empty()
    most = max(MAX_CELLS // max(len(question.actions), question.features.size), 1)
    for rows in source.read(piece):
        for block, part in cut(rows, starts, most):
            scored = list(_scored(part, question, models, block))
            total = [sums.receive(one) for sums, one in zip(total, scored, strict=True)]
    return total


def _scored(rows: Rows, question: Question, models: Models, block: int) -> Iterator[Any]:
    predicted: dict[bool, tuple[Floats, bool]] = {}
    for target, known in zip(question.targets, question.known, strict=True):
        if known not in predicted:
            predicted[known] = _predicted(rows, question, models, block, known=known)
        guess, fitted = predicted[known]
        chance, pmf = target.chances(rows, question.actions)
        yield score(
            rows,
            chance,
            pmf if known else None,
            guess,
            question.kind,
            fitted=fitted,
            actions=len(question.actions),
            clustered=question.clustered,
        )


def _predicted(
    rows: Rows, question: Question, models: Models, block: int, *, known: bool
) -> tuple[Floats, bool]:
    """Return q̂ of every action, or of the row where a target isn't wholly known; and if it is."""
    features = question.features if known else question.features.blind()
    each = models.aware if known else models.blind
    model = each[block] if each else None
    if model is None:
        return np.zeros((len(rows), len(features.slot))), False
    return model.predict(features, rows), True
