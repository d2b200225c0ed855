"""Sums of a log in two passes over its pieces, in any process, the same to the last bit.

The first pass sums up what models of the reward are fitted from
(`replay/aggregate/reward_models.py`). The second predicts each row with a model that it was not
fitted on, weighs it under every target, and adds it to every estimator's sums. What pieces come to
is merged in the order of the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from replay.aggregate.reward_models import fit
from replay.aggregate.slices import check_slices, slices_of
from replay.aggregate.target_stats import TargetSums
from replay.estimators.baseline import Baseline
from replay.estimators.dr import Dr
from replay.numerics.fieldwise_sum import FieldwiseSum, added, itemwise, kept, merged
from replay.numerics.rows_at_once import rows_at_once
from replay.stats.weighted_rows import score
from replay.targets.paired import paired

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.aggregate.question import Question, RowSource
    from replay.aggregate.slices import Key
    from replay.checks.covariate_balance import Imbalance
    from replay.estimators.estimator import Estimator
    from replay.models.frozen import RewardModels
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind
    from replay.order.row_order import RowOrder
    from replay.runtime.parallel import Run
    from replay.stats.weighted_rows import Scored
    from replay.tables.rows import Rows


def _by_key(
    a: Mapping[Key, tuple[TargetSums, ...]], b: Mapping[Key, tuple[TargetSums, ...]]
) -> dict[Key, tuple[TargetSums, ...]]:
    slices = dict(a)
    for key, sums in b.items():
        slices[key] = itemwise(slices[key], sums) if key in slices else sums
    return slices


def _by_number(a: dict[int, Estimator], b: dict[int, Estimator]) -> dict[int, Estimator]:
    return {number: estimator + b[number] for number, estimator in a.items()}


@dataclass(frozen=True, slots=True, eq=False)
class LogSums(FieldwiseSum):
    """What a log comes down to: sums of each target, differences, and the targets in each slice.

    `differences` are by the number of the target that differs from the first; `order` is how the
    rows stand and `imbalance` which column of the context depends most on the action, where a model
    of the reward asked for them; `copies` is the share of rows that are copies of others.
    """

    totals: tuple[TargetSums, ...] = field(metadata=merged(itemwise))
    differences: dict[int, Estimator] = field(default_factory=dict, metadata=merged(_by_number))
    slices: dict[Key, tuple[TargetSums, ...]] = field(
        default_factory=dict, metadata=merged(_by_key)
    )
    order: RowOrder | None = field(default=None, metadata=merged(kept))
    imbalance: Imbalance | None = field(default=None, metadata=merged(kept))
    copies: float = field(default=0.0, metadata=merged(kept))

    @classmethod
    def empty(cls, question: Question) -> LogSums:
        """Return the sums of no rows."""
        known = question.known
        return cls(
            tuple(
                TargetSums.empty(question.estimators(at), question.length)
                for at in range(len(known))
            ),
            {at: Dr() if known[at] and known[0] else Baseline() for at in paired(question.targets)},
        )

    def __add__(self, other: LogSums) -> LogSums:
        total = added(self, other)
        check_slices(total.slices)
        return total


def sum_source(source: RowSource, question: Question, run: Run = map) -> LogSums:
    """Sum a log up under each target.

    Parameters
    ----------
    source, question
        The log, and what is asked of it.
    run
        Calls a function on every piece and yields the results in the order of the pieces.
    """
    models, order, imbalance, copies = fit(source, question, run)
    total = LogSums.empty(question)
    for part in run(partial(_sum_piece, source, question, models), source.pieces):
        total = total + part
    return replace(total, order=order, imbalance=imbalance, copies=copies)


def _sum_piece(source: RowSource, question: Question, models: RewardModels, piece: Any) -> LogSums:
    """Second pass over a piece."""
    log_sums = LogSums.empty(question)
    most = rows_at_once(max(len(question.actions), question.features.size))
    for rows in source.read(piece):
        for block, part in models.parts(rows, most):
            log_sums = _receive(log_sums, part, question, models, block)
    return log_sums


def _receive(
    log_sums: LogSums, rows: Rows, question: Question, models: RewardModels, block: int
) -> LogSums:
    chances = [target.chances(rows, question.actions) for target in question.targets]
    predicted: dict[bool, tuple[Floats, bool]] = {}

    def scored(chance: Floats, pmf: Floats | None, kind: RewardKind, *, known: bool) -> Scored:
        if known not in predicted:
            predicted[known] = models.predict(rows, block, aware=known)
        guess, fitted = predicted[known]
        return score(
            rows,
            chance,
            pmf if known else None,
            guess,
            kind,
            fitted=fitted,
            actions=len(question.actions),
            clustered=question.clustered,
            floor=question.floor,
        )

    each = [
        scored(chance, pmf, question.kind, known=known)
        for (chance, pmf), known in zip(chances, question.known, strict=True)
    ]
    differences = {}
    for at, sums in log_sums.differences.items():
        (chance, pmf), (other, its) = chances[at], chances[0]
        apart = None if pmf is None or its is None else pmf - its
        known = question.known[at] and question.known[0]
        differences[at] = sums.receive(scored(chance - other, apart, "real", known=known))
    slices = dict(log_sums.slices)
    for key, inside in slices_of(rows):
        before = slices.get(key) or tuple(
            TargetSums.empty(question.estimators(at)[-1:]) for at in range(len(log_sums.totals))
        )
        # Of a slice nothing is said by action, nor of columns of ids.
        slices[key] = tuple(
            sums.receive(replace(scored_rows.where(inside), action=None, ids=None))
            for sums, scored_rows in zip(before, each, strict=True)
        )
    check_slices(slices)
    totals = tuple(
        sums.receive(scored_rows) for sums, scored_rows in zip(log_sums.totals, each, strict=True)
    )
    return LogSums(totals, differences, slices)
