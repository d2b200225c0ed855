"""Sums of estimators that need neither a model of the reward nor actions, in one pass of a table.

Three columns are read, for estimators that only weigh (IPS, SNIPS, clipped IPS, Cressie–Read) and
a target whose probability of the logged action has a column. Support by action is not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bandit.errors import BadValue
from replay.aggregate.target_stats import TargetSums
from replay.estimators.registry import WEIGHING, estimators_for
from replay.estimators.rejection import Rejection
from replay.estimators.snips import Snips
from replay.numerics.fieldwise_sum import FieldwiseSum, itemwise, merged
from replay.stats.weighted_rows import Scored
from replay.tables.formats.piece import Piece, read_piece
from replay.tables.repeated_ids import least_values
from replay.tables.rules import read_propensity, read_reward, read_target_prob
from replay.tables.seen_rewards import SeenRewards
from replay.tables.survey import Survey, kind_of
from replay.tables.values.faults import Faults
from replay.tables.values.unusable import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind
    from replay.runtime.parallel import Run
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.targets.target import TargetPolicy

NOTE = "these estimators need no actions, so nothing was checked by action"

ROWS_AT_ONCE = 1 << 15
"""An array of so many rows has 256 KB: the few that are in use stay in the cache of a core."""

NAMES = frozenset(estimator.name for estimator in WEIGHING if estimator is not Rejection)
"""Of what can be summed so; rejection draws rows by numbers that a file in CSV may not have yet."""


def is_quick(
    only: Sequence[str], targets: Sequence[TargetPolicy], columns: Columns, names: Sequence[str]
) -> bool:
    """Whether a question can be answered so; `names` are those of all columns of the table."""
    own = all(target.column in columns.target_probs for target in targets)
    plain = columns.propensity is not None and columns.logged is None
    plain = plain and not (columns.by or columns.cluster or columns.actions or columns.time)
    return bool(only) and NAMES.issuperset(only) and own and plain and not _has_ids(columns, names)


def _has_ids(columns: Columns, names: Sequence[str]) -> bool:
    """Whether a column looks like ids, in which correlated rows are looked for."""
    if columns.independent:
        return False
    free = [name for name in names if name not in columns.needed()]
    return any(least_values(name, context=True) for name in columns.context) or any(
        map(least_values, free)
    )


@dataclass(frozen=True, slots=True, eq=False)
class SinglePass(FieldwiseSum):
    """What a pass over some pieces found, and the sums of each target."""

    empty_without: ClassVar[str | None] = "totals"
    survey: Survey = field(default_factory=Survey)
    totals: tuple[TargetSums, ...] = field(default=(), metadata=merged(itemwise))


def sum_in_one_pass(
    table: Table,
    columns: Columns,
    targets: Sequence[TargetPolicy],
    only: tuple[str, ...],
    run: Run,
    *,
    strict: bool = False,
    tell: Callable[[int], None] | None = None,
) -> SinglePass:
    """Read a table once, and sum it up under each target; the rest is as for `sum_table`.

    Raises
    ------
    MissingInput, BadValue
        As the survey of a table does.
    """
    length = sum(piece.rows or 0 for piece in table.pieces)
    sum_piece = partial(_sum_piece, columns, tuple(targets), only, length, strict=strict, tell=tell)
    total = reduce(add, run(sum_piece, table.pieces), SinglePass())
    survey = total.survey
    if total.totals:
        logging = total.totals[0].logging
        assert isinstance(logging, Snips), "rows of a table are summed by SNIPS"
        survey = replace(survey, rewards=logging.unweighted())
    survey.check(table.name, columns.action)
    return SinglePass(survey, total.totals)


def _sum_piece(
    columns: Columns,
    targets: tuple[TargetPolicy, ...],
    only: tuple[str, ...],
    length: int,
    piece: Piece,
    *,
    strict: bool,
    tell: Callable[[int], None] | None,
) -> SinglePass:
    empty = TargetSums.empty(
        estimators_for(targets[0], only, pmf_known=False, limits=columns.reward.limits), length
    )
    totals, rows, unusable = [empty] * len(targets), 0, Unusable()
    kind: RewardKind = "binary"
    ends = SeenRewards()
    assert columns.propensity is not None
    names = [columns.propensity, *columns.reward.columns, *columns.target_probs]
    read = 0
    for batch in read_piece(piece, names, ROWS_AT_ONCE):
        faults = Faults(piece, piece.file_row + read, batch.num_rows)
        propensity = read_propensity(batch, columns, np.zeros(0, np.int64), None, faults)
        reward = read_reward(batch, columns.reward, faults)
        chances = [read_target_prob(str(each.column), batch, faults) for each in targets]
        first = faults.unusable.first()
        if strict and first is not None:
            raise BadValue(first.text)
        begin = (piece.first or 0) + read
        index = np.arange(begin, begin + batch.num_rows)
        columns_of = [propensity, reward, index, *chances]
        if faults.bad.any():
            columns_of = [each[~faults.bad] for each in columns_of]
            unusable += faults.unusable
        kind = kind_of(columns_of[1], kind)
        ends += SeenRewards.of(columns_of[1], two=ends.two)
        rows += len(columns_of[1])
        read += batch.num_rows
        for part in _parts(columns_of):
            totals = [
                sums.receive(_scored(part[3 + at], *part[:3], known=length > 0))
                for at, sums in enumerate(totals)
            ]
        if tell is not None:
            tell(batch.num_rows)
    survey = Survey(rows, (), kind, unusable=unusable, pieces={piece.number: read}, ends=ends)
    return SinglePass(survey, tuple(totals))


def _parts(columns: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(columns[0]), ROWS_AT_ONCE):
        yield [values[start : start + ROWS_AT_ONCE] for values in columns]


def _scored(
    chance: Floats, propensity: Floats, reward: Floats, index: NDArray[np.int64], *, known: bool
) -> Scored:
    unsupported = None
    if propensity.max() > 1 - 1e-9:  # which leaves nothing else that could have been done
        alone = (propensity > 1 - 1e-9) & (chance < 1 - 1e-9)
        unsupported = alone.astype(np.float64)
    return Scored.without_model(
        chance / propensity,
        reward,
        unsupported=unsupported,
        propensity=propensity,
        index=index if known else None,
    )
