"""Sums over parts of a log that show whether its rows stand in the order of their logging.

A log is cut into twenty parts by the numbers of its rows. In the order of logging, each action is
taken in each part as often as its logged chances say; in a file sorted by action, reward or vendor
it isn't. Chances that move slowly from row to row are those of a policy that learns.

Of a long log an even share of the rows is looked at, in runs of neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.inner_product import inner
from replay.order.content import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Floats, Ints
    from replay.tables.rows import Rows

PARTS = 20
RUN = 8_192
"""Rows of a run of neighbours."""

MOST_ROWS = 1 << 17
"""About how many rows are looked at: enough to notice a deviation of 1 %."""

COUNT, EXPECTED, VARIANCE, REST, CHANCE, SQUARE, STEPS, PAIRS, UP, DOWN = range(10)
FIELDS = 10

LARGEST = 1e12
"""Size of a number of the context from which on it counts as so much: its square is finite."""

LEAST_REST = 1e-6
"""Chance of all other actions below which it counts as so much."""


@dataclass(frozen=True, slots=True, eq=False)
class OrderSums:
    """Sums by part of the log, and by slot of an action in each part, mergeable.

    `rows`, shape (PARTS,), counts the rows of each part. `chances`, shape (PARTS, 3), has Σ μ over
    them, what is expected of it, Σ Σₐ μₐ², and its variance where the logging policy's chances are
    all known, else Σ 1/μ, Σ 1/μ² and Σ 1/(1 − μ). `sums`, shape (PARTS, K, 10), has for each
    action the rows where it was taken; how often it should have been and that number's variance
    where the logging policy's chances are all `known`, else Σ 1/μ and Σ 1/μ² over its rows; and of
    its logged chances μ: Σ 1/(1 − μ), Σ μ, Σ μ², the squared differences of neighbouring rows with
    the same action, the number of those pairs, and how many of them go up and down.
    `contexts`, shape (d, 5), has for each column of the context, as numbers x: rows, Σ x, Σ x²,
    the squared differences of neighbouring rows, and the number of those pairs.
    """

    known: bool = True
    rows: Floats = field(default_factory=lambda: np.zeros(PARTS))
    chances: Floats = field(default_factory=lambda: np.zeros((PARTS, 3)))
    sums: Floats = field(default_factory=lambda: np.zeros((PARTS, 0, FIELDS)))
    contexts: Floats = field(default_factory=lambda: np.zeros((0, 5)))

    def receive(self, seen: Rows, slots: Sequence[int], length: int) -> OrderSums:
        """Add rows that are `looked_at`, of a log of `length`, with the `slots` of all actions."""
        if not len(seen):
            return self
        assert seen.index is not None
        slot = np.asarray(slots, np.int64)
        k = int(slot.max(initial=0)) + 1
        part = np.minimum(seen.index * PARTS // max(length, 1), PARTS - 1)
        cell = part * k + slot[seen.action]
        known = seen.logged_pmf is not None
        sums = np.zeros((PARTS, k, FIELDS))

        def by_cell(values: Floats | None = None) -> Floats:
            sums_by_cell = np.bincount(cell, weights=values, minlength=PARTS * k)
            return sums_by_cell.reshape(PARTS, k).astype(np.float64)

        chance = seen.propensity
        sums[:, :, COUNT] = by_cell()
        if seen.logged_pmf is None:
            inverse = 1.0 / chance
            sums[:, :, EXPECTED], sums[:, :, VARIANCE] = by_cell(inverse), by_cell(inverse**2)
            sums[:, :, REST] = by_cell(1.0 / np.maximum(1.0 - chance, LEAST_REST))
        else:
            _add_expected(sums, seen.logged_pmf, part, slot)
        sums[:, :, CHANCE], sums[:, :, SQUARE] = by_cell(chance), by_cell(chance * chance)
        _add_steps(sums, cell, seen.index // RUN, chance)
        count = np.bincount(part, minlength=PARTS).astype(float)
        contexts = _of_contexts(seen)
        return self + OrderSums(known, count, _of_chances(seen, part), sums, contexts)

    def __add__(self, other: OrderSums) -> OrderSums:
        if not self.rows.any() or not other.rows.any():
            return self if self.rows.any() else other
        known = self.known and other.known
        rows, chances = self.rows + other.rows, self.chances + other.chances
        contexts = self.contexts + other.contexts
        return OrderSums(known, rows, chances, self.sums + other.sums, contexts)


def looked_at(rows: Rows, length: int) -> Rows:
    """Rows of a log of `length` rows that are looked at: all, or an even share of runs."""
    assert rows.index is not None
    stride = -(-length // MOST_ROWS)
    if stride <= 1:
        return rows
    keep = rows.index // RUN % stride == 0
    return rows.where(keep) if keep.any() else rows.slice(0, 0)


def _of_contexts(rows: Rows) -> Floats:
    """Sums of each column of the context, as numbers: shape (d, 5)."""
    assert rows.index is not None
    same = np.diff(rows.index // RUN) == 0
    result = np.zeros((len(rows.context), 5))
    for sums, name in zip(result, sorted(rows.context), strict=True):
        x = np.clip(numbers_of(rows.context[name]), -LARGEST, LARGEST)
        step = np.diff(x)[same]
        sums[:] = len(x), x.sum(), inner(x, x), inner(step, step), len(step)
    return result


def _of_chances(rows: Rows, part: Ints) -> Floats:
    """Sums over each part of the chances of what was done: shape (PARTS, 3)."""
    chance, pmf = rows.propensity, rows.logged_pmf
    if pmf is None:
        rest = 1.0 / np.maximum(1.0 - chance, LEAST_REST)
        columns = [1.0 / chance, chance**-2.0, rest]
    else:
        square = np.einsum("ij,ij->i", pmf, pmf)
        columns = [chance, square, np.einsum("ij,ij,ij->i", pmf, pmf, pmf) - square * square]
    return np.column_stack(
        [np.bincount(part, weights=column, minlength=PARTS) for column in columns]
    )


def _add_expected(sums: Floats, pmf: Floats, part: Ints, slot: Ints) -> None:
    k = sums.shape[1]
    starts = np.searchsorted(part, np.arange(PARTS + 1))
    for at in np.unique(part):
        inside = pmf[starts[at] : starts[at + 1]]
        expected = inside.sum(axis=0)
        variance = expected - np.einsum("ij,ij->j", inside, inside)
        sums[at, :, EXPECTED] = np.bincount(slot, weights=expected, minlength=k)
        sums[at, :, VARIANCE] = np.bincount(slot, weights=variance, minlength=k)


def _add_steps(sums: Floats, cell: Ints, run: Ints, chance: Floats) -> None:
    """Add the differences between rows of a run that follow each other with the same action."""
    order = np.argsort(cell, kind="stable")
    same = (np.diff(cell[order]) == 0) & (np.diff(run[order]) == 0)
    step = np.diff(chance[order])[same]
    at = cell[order][1:][same]
    flat = sums.reshape(-1, FIELDS)
    for name, values in (
        (STEPS, step * step),
        (PAIRS, None),
        (UP, (step > 0).astype(float)),
        (DOWN, (step < 0).astype(float)),
    ):
        flat[:, name] += np.bincount(at, weights=values, minlength=len(flat))
