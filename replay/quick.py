"""Sums that need neither a model of the reward nor actions: one pass over a table, three columns.

For estimators that only weigh (IPS, SNIPS, clipped IPS, Cressie–Read), where the target's chance of
the logged action stands in a column. What it can't say is which actions lack support.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue
from replay.at_once import rows_at_once
from replay.estimators.registry import WEIGHING, estimators_for
from replay.estimators.rejection import Rejection
from replay.fold import Sums
from replay.scored import Scored
from replay.tables.faults import Faults
from replay.tables.piece import Piece, read_piece
from replay.tables.rules import read_propensity, read_reward, read_target_prob
from replay.tables.seen_rewards import SeenRewards
from replay.tables.survey import Survey, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.jobs import Run
    from replay.tables.columns import Columns
    from replay.tables.rows import Floats
    from replay.tables.table import Table
    from replay.target import Target

NOTE = "with these estimators alone nothing was looked at action by action"

NAMES = frozenset(one.name for one in WEIGHING if one is not Rejection)
"""Of what can be summed so; rejection draws rows by numbers that a file in CSV may not have yet."""


def is_quick(only: Sequence[str], targets: Sequence[Target], columns: Columns) -> bool:
    """Whether a question can be answered so."""
    own = all(target.column in columns.target_probs for target in targets)
    plain = columns.propensity is not None and columns.logged is None
    plain = plain and not (columns.by or columns.cluster or columns.actions or columns.time)
    return bool(only) and NAMES.issuperset(only) and own and plain


@dataclass(frozen=True, slots=True, eq=False)
class Quick:
    """What a pass over some pieces found, and the sums of each target."""

    survey: Survey = field(default_factory=Survey)
    totals: tuple[Sums, ...] = ()

    def __add__(self, other: Quick) -> Quick:
        if not self.totals or not other.totals:
            return self if self.totals else other
        totals = (a + b for a, b in zip(self.totals, other.totals, strict=True))
        return Quick(self.survey + other.survey, tuple(totals))

    def surveyed(self) -> Survey:
        """Return the survey, with the rewards' moments that the mean of the log was summed by."""
        return replace(self.survey, rewards=self.totals[0].logging.unweighted())


def fold_quick(
    table: Table,
    columns: Columns,
    targets: Sequence[Target],
    only: tuple[str, ...],
    run: Run,
    *,
    strict: bool = False,
    tell: Callable[[int], None] | None = None,
) -> Quick:
    """Read a table once, and sum it up under each target; the rest is as for `fold_table`.

    Raises
    ------
    MissingInput, BadValue
        As the survey of a table does.
    """
    length = sum(piece.rows or 0 for piece in table.pieces)
    one = partial(_fold, columns, tuple(targets), only, length, strict=strict, tell=tell)
    found = reduce(add, run(one, table.pieces), Quick())
    found.survey.check(table.name, columns.action)
    return found


def _fold(
    columns: Columns,
    targets: tuple[Target, ...],
    only: tuple[str, ...],
    length: int,
    piece: Piece,
    *,
    strict: bool,
    tell: Callable[[int], None] | None,
) -> Quick:
    empty = Sums.empty(
        estimators_for(targets[0], only, pmf_known=False, limits=columns.reward.limits), length
    )
    totals, survey = [empty] * len(targets), Survey(pieces={piece.number: 0})
    assert columns.propensity is not None
    names = [columns.propensity, *columns.reward.columns, *columns.target_probs]
    read = 0
    for batch in read_piece(piece, names):
        faults = Faults(piece, piece.file_row + read, batch.num_rows)
        propensity = read_propensity(batch, columns, np.zeros(0, np.int64), None, faults)
        reward = read_reward(batch, columns.reward, faults)
        chances = [read_target_prob(str(one.column), batch, faults) for one in targets]
        first = faults.unusable.first()
        if strict and first is not None:
            raise BadValue(first.text)
        index = np.arange(read, read + batch.num_rows) + (piece.first or 0)
        columns_of = [propensity, reward, index, *chances]
        if faults.bad.any():
            columns_of = [one[~faults.bad] for one in columns_of]
        kind = kind_of(columns_of[1], survey.reward_kind)
        read += batch.num_rows
        survey += Survey(
            len(columns_of[1]),
            (),
            kind,
            unusable=faults.unusable,
            pieces={piece.number: read},
            seen=SeenRewards.of(columns_of[1], two=survey.seen.two),
        )
        for part in _parts(columns_of):
            totals = [
                sums.receive(_scored(part[3 + at], *part[:3], known=length > 0))
                for at, sums in enumerate(totals)
            ]
        if tell is not None:
            tell(batch.num_rows)
    return Quick(survey, tuple(totals))


def _parts(columns: list[Floats]) -> Iterator[list[Floats]]:
    most = rows_at_once(len(columns))
    for start in range(0, len(columns[0]), most):
        yield [one[start : start + most] for one in columns]


def _scored(
    chance: Floats, propensity: Floats, reward: Floats, index: Floats, *, known: bool
) -> Scored:
    n = len(reward)
    none = np.broadcast_to(0.0, n)
    return Scored(
        chance / propensity,
        reward,
        none,
        none,
        none[:, None],
        none[:, None],
        none,
        # A propensity of 1 leaves nothing else that could have been done.
        ((propensity > 1 - 1e-9) & (chance < 1 - 1e-9)).astype(np.float64),
        np.broadcast_to(np.nan, n),
        index=index.astype(np.int64) if known else None,
    )
