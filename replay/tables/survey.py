"""The first pass over a table: its actions, its rewards, what its context columns look like."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial, reduce
from math import sqrt
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.counted import counted
from bandit.errors import BadValue, MissingInput
from replay.numerics.magnitude import MIN_SIZE
from replay.numerics.moments import Moments
from replay.tables.checked import check_piece
from replay.tables.columns.named_actions import check_names
from replay.tables.seen_rewards import SeenRewards
from replay.tables.time_order import TimeOrder
from replay.tables.values.context_column import ContextColumn
from replay.tables.values.times import mixed
from replay.tables.values.unusable import Unusable
from replay.tables.values.vocabulary import MAX_ACTIONS, Vocabulary, too_many
from replay.tables.zero_runs import ZeroRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from replay.numerics.reward_kind import RewardKind
    from replay.runtime.parallel import Run
    from replay.tables.checked import CheckedBatch
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.piece import Piece
    from replay.tables.formats.table import Table

KINDS = ("binary", "positive", "real")
"""What rewards can be; each holds those before it."""

NAMED, TAKEN = 1, 2
"""Marks of an action: that a row names it, or took it."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a pass over some pieces found; surveys of other pieces are added by `+`.

    Attributes
    ----------
    rows
        Rows that can be used.
    actions
        Names of all actions in them, in order.
    reward_kind
        `binary`, `positive` (never negative) or `real`.
    rewards, ends
        Moments of the rewards, and their ends.
    context
        What the context columns hold.
    unusable
        Rows that can't be used, by reason.
    pieces
        Rows of each piece that was read, by its number: all of them, usable or not.
    zones
        Time zones seen, with an example each.
    order
        Whether usable rows are in the order of their times.
    taken
        Those of the actions that some usable row took, in order.
    zeros
        Runs of rewards of 0.
    """

    rows: int = 0
    actions: tuple[str, ...] = ()
    reward_kind: RewardKind = "binary"
    rewards: Moments = field(default_factory=Moments)
    context: tuple[ContextColumn, ...] = ()
    unusable: Unusable = field(default_factory=Unusable)
    pieces: Mapping[int, int] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    order: TimeOrder = field(default_factory=TimeOrder)
    taken: tuple[str, ...] = ()
    ends: SeenRewards = field(default_factory=SeenRewards)
    zeros: ZeroRuns = field(default_factory=ZeroRuns)

    def __add__(self, other: Survey) -> Survey:
        if not self.pieces or not other.pieces:
            return self if self.pieces else other
        return Survey(
            self.rows + other.rows,
            tuple(sorted({*self.actions, *other.actions})),
            max(self.reward_kind, other.reward_kind, key=KINDS.index),
            self.rewards + other.rewards,
            tuple(a + b for a, b in zip(self.context, other.context, strict=True)),
            self.unusable + other.unusable,
            {**self.pieces, **other.pieces},
            dict(self.zones) | _new(other.zones, self.zones),
            self.order + other.order,
            tuple(sorted({*self.taken, *other.taken})),
            self.ends + other.ends,
            self.zeros + other.zeros,
        )

    def check(self, table: str, action: str) -> None:
        """Refuse a table that can't be used as a whole.

        Raises
        ------
        MissingInput
            If it has no rows.
        BadValue
            If no row can be used, times can't be compared, rewards are too small for their squares
            to be told from 0, or there are too many actions.
        """
        read = sum(self.pieces.values())
        if not read:
            raise MissingInput(f"{table}: no rows")
        zones = mixed(self.zones)
        if zones is not None:
            raise BadValue(f"{table}: {zones}")
        if not self.rows:
            reason, count, example = self.unusable.ordered()[0]
            raise BadValue(
                f"{table}: none of {counted(read, 'row')} can be used; in {count:,} {reason}:"
                f" {example.text}"
            )
        spread = sqrt(self.rewards.variance() or 0.0)
        if 0 < max(abs(self.rewards.mean), spread) < MIN_SIZE:
            raise BadValue(
                f"{table}: rewards are about {self.rewards.mean:g}: their mean or spread must be"
                f" at least {MIN_SIZE:g}, so give them in a smaller unit"
            )
        if len(self.actions) > MAX_ACTIONS:
            raise too_many(table, action)


def survey(
    table: Table,
    columns: Columns,
    tell: Callable[[int], None] | None = None,
    *,
    strict: bool = False,
    run: Run = map,
) -> Survey:
    """Read a table once, checking every value; `strict` makes a row that can't be used an error.

    `run` calls a function on every piece, in any process.

    Raises
    ------
    MissingInput
        If it has no rows.
    BadValue
        If no row can be used, or `strict` and one can't; if there are too many actions, or columns
        of chances have none of their names.
    """
    look = partial(survey_piece, columns=columns, tell=tell, strict=strict)
    whole = reduce(add, run(look, table.pieces), Survey())
    whole.check(table.name, columns.action)
    check_names(table.name, columns, whole.taken)
    return whole


def survey_piece(
    piece: Piece,
    columns: Columns,
    tell: Callable[[int], None] | None = None,
    *,
    strict: bool = False,
) -> Survey:
    """Read one piece; in any process, for pieces are merged by `+`."""
    vocabulary = Vocabulary()
    seen = np.zeros(0, dtype=np.int8)
    rewards, ends, zeros = Moments(), SeenRewards(), ZeroRuns()
    kind: RewardKind = "binary"
    context = tuple(ContextColumn(name) for name in columns.context)
    unusable, zones, order, read = Unusable(), dict[str, str](), TimeOrder(), 0
    for checked in check_piece(piece, columns, vocabulary, strict=strict):
        rows = checked.rows
        seen = _mark(seen, checked, len(vocabulary.names))
        rewards = rewards.receive(rows.reward)
        kind = max(kind, kind_of(rows.reward, kind), key=KINDS.index)
        ends += SeenRewards.of(rows.reward, two=ends.two)
        zeros += ZeroRuns.of(rows.reward)
        for column in context:
            column.receive(rows.context[column.name])
        unusable += checked.unusable
        zones |= _new(checked.zones, zones)
        if rows.time is not None:
            order += TimeOrder.of(rows.time)
        read += checked.read
        if tell is not None:
            tell(checked.read)
    names, taken = (
        tuple(sorted(vocabulary.names[at] for at in np.flatnonzero(seen >= least)))
        for least in (NAMED, TAKEN)
    )
    pieces = {piece.number: read}
    return Survey(
        rewards.count,
        names,
        kind,
        rewards,
        context,
        unusable,
        pieces,
        zones,
        order,
        taken,
        ends,
        zeros,
    )


def _new(zones: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    return {zone: example for zone, example in zones.items() if zone not in known}


def _mark(seen: Any, checked: CheckedBatch, size: int) -> Any:
    """Mark the actions that usable rows name, and those that they took."""
    grown = np.zeros(size, dtype=np.int8)
    grown[: len(seen)] = seen
    for flat in checked.flat():
        grown[flat.code] = np.maximum(grown[flat.code], NAMED)
    grown[checked.rows.action] = TAKEN
    return grown


def kind_of(rewards: Any, before: RewardKind) -> RewardKind:
    """Kind of some rewards, if it can be more than `before`."""
    if before == "binary" and ((rewards == 0) | (rewards == 1)).all():
        return "binary"
    return "real" if before == "real" or (rewards < 0).any() else "positive"
