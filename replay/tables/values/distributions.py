"""Distributions over actions, row by row, in whichever form a table holds them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.numerics.arrays import null_mask
from replay.numerics.magnitude import MIN_PROPENSITY
from replay.tables.values.chance_matrix import ChanceMatrix
from replay.tables.values.chances import Chances
from replay.tables.values.lists import read_lists, read_maps
from replay.tables.values.numbers import numbers

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.tables.columns.distribution import Distribution
    from replay.tables.values.faults import Faults
    from replay.tables.values.lists import Lists
    from replay.tables.values.vocabulary import Vocabulary

TOLERANCE = 1e-6
"""How far a sum may be from 1: chances that were kept in single precision add up so."""


def read_sets(name: str, batch: Any, vocabulary: Vocabulary, faults: Faults) -> Chances:
    """Read each row's actions from a column of lists; every chance is 1."""
    lists = read_lists(name, batch.column(name), faults, words=True)
    code = vocabulary.codes(name, lists.values, faults)
    sets = Chances(lists.length, code, np.ones(len(code)))
    faults.put(sets.any(code < 0), f"{name} has an action without a name")
    faults.put(sets.twice(), f"{name} names an action twice")
    return sets


def read_chances(
    where: Distribution,
    batch: Any,
    sets: Chances | None,
    vocabulary: Vocabulary,
    faults: Faults,
) -> Chances | ChanceMatrix:
    """Read a distribution; `sets` says which actions its lists are of.

    Rows whose chances are missing, not in [0, 1] or don't sum to 1 are put into `faults`.
    """
    chances: Chances | ChanceMatrix
    if where.form == "columns":
        chances = _side_by_side(where, batch, vocabulary, faults)
    elif where.form == "map":
        lists = read_maps(where.label, batch.column(where.names[0]), faults)
        code = vocabulary.codes(where.label, lists.keys, faults)
        chances = Chances(lists.length, code, _numbers(where.label, lists, faults))
        faults.put(chances.any(code < 0), f"{where.label} has an action without a name")
        faults.put(chances.twice(), f"{where.label} names an action twice")
    else:
        assert sets is not None
        lists = read_lists(where.label, batch.column(where.names[0]), faults)
        chances = _aligned(where.label, lists, sets, faults)
    _check(where.label, chances, faults)
    return chances


def without_tiny(chances: Chances | ChanceMatrix) -> Chances | ChanceMatrix:
    """Put 0 for chances that can't be told from 0 beside others that sum to 1.

    Examples
    --------
    >>> without_tiny(ChanceMatrix(np.array([0, 1]), np.array([[1.0, 1e-300]]))).chance.tolist()
    [[1.0, 0.0]]
    """
    tiny = (chances.chance > 0) & (chances.chance < MIN_PROPENSITY)
    if not tiny.any():
        return chances
    return replace(chances, chance=np.where(tiny, 0.0, chances.chance))


def _side_by_side(
    where: Distribution, batch: Any, vocabulary: Vocabulary, faults: Faults
) -> ChanceMatrix:
    columns = []
    for name in where.names:
        column = batch.column(name)
        values = numbers(name, column, faults, may_miss=True)
        columns.append(np.where(null_mask(column), 0.0, values) if column.null_count else values)
    actions = tuple(name.removeprefix(where.prefix) for name in where.names)
    return ChanceMatrix(vocabulary.codes_of_names(actions), np.stack(columns).T)


def _aligned(label: str, lists: Lists, sets: Chances, faults: Faults) -> Chances:
    """Put chances beside the actions that they are of; a row with too few or many has none."""
    same = lists.length == sets.length
    faults.put(
        ~same,
        f"{label} has not as many chances as there are actions",
        lambda row: f"{label} has {lists.length[row]} chances for {sets.length[row]} actions",
    )
    values = _numbers(label, lists, faults)
    chance = np.zeros(len(sets.code))
    chance[np.repeat(same, sets.length)] = values[np.repeat(same, lists.length)]
    return Chances(sets.length, sets.code, chance)


def _numbers(label: str, lists: Lists, faults: Faults) -> Floats:
    """Entries as floats; rows with one that is none are put into `faults`."""
    inner = faults.inside(len(lists.values))
    values = numbers(label, lists.values, inner)
    if inner.bad.any():
        row = np.repeat(np.arange(len(lists.length)), lists.length)
        broken = np.zeros(len(lists.length), dtype=bool)
        broken[row[inner.bad]] = True
        faults.put(broken, f"{label} has a chance that is missing or no number")
    return values


def _check(label: str, chances: Chances | ChanceMatrix, faults: Faults) -> None:
    chance = chances.chance
    if not (chance.min(initial=0.0) >= 0 and chance.max(initial=0.0) <= 1 + TOLERANCE):
        outside = ~((chance >= 0) & (chance <= 1 + TOLERANCE))
        faults.put(
            chances.any(outside),
            f"{label} has a chance outside [0, 1]",
            lambda row: f"{label} has a chance of {chances.one(outside, row):g}, must be in [0, 1]",
        )
    sums = chances.sums()
    faults.put(
        ~(np.abs(sums - 1.0) <= TOLERANCE),
        f"{label} does not sum to 1",
        lambda row: f"{label} sums to {sums[row]:.9g}, must be 1",
    )
