"""Batches of a table as checked rows: what can't be used is left out and counted, or an error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.errors import BadValue, InputError
from replay.numerics.batch_size import MAX_CELLS
from replay.tables.formats.piece import Piece, read_piece
from replay.tables.repeated_ids import read_ids
from replay.tables.rows import Rows
from replay.tables.rules import (
    check_action_in_set,
    read_context,
    read_propensity,
    read_reward,
    read_target_prob,
)
from replay.tables.values.clusters import read_groups
from replay.tables.values.distributions import read_chances, read_sets, without_tiny
from replay.tables.values.faults import Faults
from replay.tables.values.times import read_times
from replay.tables.values.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats
    from replay.tables.columns.roles import Columns
    from replay.tables.values.chance_matrix import ChanceMatrix
    from replay.tables.values.chances import Chances
    from replay.tables.values.unusable import Unusable


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """One batch: its usable rows, with their distributions still laid flat, and what was left out.

    `read` is how many rows it had; `zones` the time zones in it.
    """

    read: int
    rows: Rows
    unusable: Unusable
    logged: Chances | ChanceMatrix | None
    targets: Mapping[str, Chances | ChanceMatrix]
    sets: Chances | None
    zones: Mapping[str, str]

    def without(self, bad: NDArray[np.bool_]) -> CheckedBatch:
        """Leave rows out."""
        keep = ~bad
        return replace(
            self,
            rows=self.rows.where(keep),
            logged=None if self.logged is None else self.logged.where(keep),
            targets={name: chances.where(keep) for name, chances in self.targets.items()},
            sets=None if self.sets is None else self.sets.where(keep),
        )

    def flat(self) -> list[Chances | ChanceMatrix]:
        """All distributions that there are."""
        every = (self.logged, self.sets, *self.targets.values())
        return [chances for chances in every if chances is not None]

    def dense(self, actions: int) -> Iterator[Rows]:
        """Rows with their distributions as arrays over all actions; a few at a time if need be."""
        if not self.flat():
            yield self.rows
            return
        most = max(MAX_CELLS // max(actions, 1), 1)
        for start in range(0, len(self.rows), most):
            stop = min(start + most, len(self.rows))

            def dense(
                chances: Chances | ChanceMatrix, start: int = start, stop: int = stop
            ) -> Floats:
                return chances.dense(start, stop, actions)

            yield replace(
                self.rows.slice(start, stop),
                logged_pmf=None if self.logged is None else dense(self.logged),
                target_pmfs={name: dense(chances) for name, chances in self.targets.items()},
                eligible=None if self.sets is None else dense(self.sets) > 0,
            )


def check_piece(
    piece: Piece, columns: Columns, vocabulary: Vocabulary, *, strict: bool = False
) -> Iterator[CheckedBatch]:
    """Read a piece and check each batch.

    Raises
    ------
    BadValue
        If `strict` and a row can't be used, or a column's type can't be used at all.
    InputError
        If the file can't be read on.
    """
    row = 0
    for batch in read_piece(piece, columns.needed()):
        faults = Faults(piece, piece.file_row + row, batch.num_rows)
        checked = _check(batch, columns, vocabulary, faults, (piece.first or 0) + row)
        first = checked.unusable.first()
        if strict and first is not None:
            raise BadValue(first.text)
        row += batch.num_rows
        yield checked


def read_rows(piece: Piece, columns: Columns, actions: Sequence[str]) -> Iterator[Rows]:
    """Yield the usable rows of a piece of a surveyed table, with indices into `actions`.

    Raises
    ------
    InputError
        If the piece has no longer as many rows as when it was surveyed.
    """
    vocabulary = Vocabulary(actions, grows=False)
    read = 0
    for checked in check_piece(piece, columns, vocabulary):
        read += checked.read
        yield from checked.dense(len(actions))
    if piece.rows is not None and read != piece.rows:
        raise InputError(f"{piece.name}: had {piece.rows} rows, and {read} when it was read again")


def _check(
    batch: Any, columns: Columns, vocabulary: Vocabulary, faults: Faults, first: int
) -> CheckedBatch:
    code = vocabulary.codes(columns.action, batch.column(columns.action), faults)
    faults.put(code < 0, f"{columns.action} is missing")
    sets = None
    if columns.actions is not None:
        sets = read_sets(columns.actions, batch, vocabulary, faults)
        check_action_in_set(code, sets, columns, vocabulary, faults)
    logged = None
    if columns.logged is not None:
        logged = read_chances(columns.logged, batch, sets, vocabulary, faults)
    targets = {
        name: without_tiny(read_chances(where, batch, sets, vocabulary, faults))
        for name, where in columns.target_pmfs
    }
    propensity = read_propensity(batch, columns, code, logged, faults)
    reward = read_reward(batch, columns.reward, faults)
    group = times = None
    zones: dict[str, str] = {}
    if columns.time is not None:
        times, zones = read_times(columns.time, batch.column(columns.time), faults)
    if columns.cluster is not None:
        group = read_groups(columns.cluster, batch.column(columns.cluster), faults)
    if columns.found_cluster is not None:
        group = read_ids([columns.found_cluster], batch, first)[:, 0]
    rows = Rows(
        code,
        reward,
        propensity,
        {name: read_context(name, batch, faults) for name in columns.context},
        by={name: read_context(name, batch, faults) for name in columns.by},
        group=group,
        index=np.arange(first, first + batch.num_rows),
        target_probs={name: read_target_prob(name, batch, faults) for name in columns.target_probs},
        time=times,
        ids=read_ids(columns.possible_ids, batch, first) if columns.possible_ids else None,
    )
    checked = CheckedBatch(batch.num_rows, rows, faults.unusable, logged, targets, sets, zones)
    return checked.without(faults.bad) if faults.bad.any() else checked
