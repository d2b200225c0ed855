"""The rules that a row must keep to be used, one function a column's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import Floats, Ints, is_text
from replay.numerics.magnitude import MAX_SIZE, MIN_PROPENSITY
from replay.tables.columns.named_actions import no_chance
from replay.tables.values.distributions import TOLERANCE
from replay.tables.values.numbers import numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.tables.columns.reward import LinearReward
    from replay.tables.columns.roles import Columns
    from replay.tables.values.chance_matrix import ChanceMatrix
    from replay.tables.values.chances import Chances
    from replay.tables.values.faults import Faults
    from replay.tables.values.vocabulary import Vocabulary

FINITE = "must be finite"
PERCENT = 100.0
AT_LEAST = f"must be at least {MIN_PROPENSITY:g}"


def check_action_in_set(
    code: Ints, sets: Chances, columns: Columns, vocabulary: Vocabulary, faults: Faults
) -> None:
    """Leave rows out whose action is not in their own set."""
    faults.put(
        np.isnan(sets.of(code)),
        f"{columns.action} is not among the row's {columns.actions}",
        lambda row: (
            f"{columns.action} is {vocabulary.names[code[row]]!r}, not among its {columns.actions}"
        ),
    )


def read_propensity(
    batch: Any, columns: Columns, code: Ints, logged: Chances | ChanceMatrix | None, faults: Faults
) -> Floats:
    """Chance of the logged action: of its column, or of the distribution, which must agree."""
    given: Floats | None = None
    if columns.propensity is not None:
        given = numbers(columns.propensity, batch.column(columns.propensity), faults)
        if not _between(given, MIN_PROPENSITY, 1.0):
            inside = (given > 0) & (given <= 1)
            _must(inside, columns.propensity, given, "must be in (0, 1]", faults, no_propensity)
            good = (given >= MIN_PROPENSITY) & (given <= 1)
            _must(good, columns.propensity, given, AT_LEAST, faults)
    if logged is None:
        return np.ones(batch.num_rows) if given is None else given
    assert columns.logged is not None
    label, own = columns.logged.label, np.nan_to_num(logged.of(code))
    faults.put(
        own <= 0,
        f"{label} gives the logged action no chance",
        lambda row: no_chance(columns, batch.column(columns.action)[row].as_py()),
    )
    faults.put(
        own < MIN_PROPENSITY,
        f"the logged action's chance in {label} {AT_LEAST}",
        lambda row: f"{label} gives the logged action a chance of {own[row]:g}, {AT_LEAST}",
    )
    if given is not None:
        faults.put(
            ~(np.abs(own - given) <= TOLERANCE),
            f"{columns.propensity} and {label} do not agree",
            lambda row: f"{columns.propensity} is {given[row]:g}, but {label} says {own[row]:g}",
        )
    return np.minimum(own, 1.0)


def read_reward(batch: Any, reward: LinearReward, faults: Faults) -> Floats:
    """Sum up the reward's columns with their weights; what is out of its range can't be used."""
    total = _total(batch, reward, faults)
    if reward.limits is not None:
        low, high = reward.limits
        inside = (total >= low) & (total <= high)
        _must(inside, reward.text, total, f"must be in [{low:.15g}, {high:.15g}]", faults)
    return total


def _total(batch: Any, reward: LinearReward, faults: Faults) -> Floats:
    parts = {}
    for name in reward.columns:
        parts[name] = numbers(name, batch.column(name), faults)
        if not reward.plain:
            _must(np.isfinite(parts[name]), name, parts[name], FINITE, faults)
    if reward.plain:
        return _limited(reward.text, parts[reward.columns[0]], faults)
    with np.errstate(all="ignore"):
        total = np.full(batch.num_rows, reward.constant)
        for name, weight in reward.terms:
            total += weight * parts[name]
    return _limited(reward.text, total, faults)


def _limited(name: str, values: Floats, faults: Faults) -> Floats:
    """Leave rows out whose reward is not finite, or too large to be one."""
    if not _between(values, -MAX_SIZE, MAX_SIZE):
        _must(np.isfinite(values), name, values, FINITE, faults)
        _must(np.abs(values) <= MAX_SIZE, name, values, f"must be within ±{MAX_SIZE:g}", faults)
    return values


def read_target_prob(name: str, batch: Any, faults: Faults) -> Floats:
    """Chance of the logged action under the target, in [0, 1]; what rounds to 0 is 0."""
    values = numbers(name, batch.column(name), faults)
    if _between(values, MIN_PROPENSITY, 1.0):
        return values
    _must((values >= 0) & (values <= 1), name, values, "must be in [0, 1]", faults)
    return np.where((values > 0) & (values < MIN_PROPENSITY), 0.0, values)


def read_context(name: str, batch: Any, faults: Faults) -> Any:
    """Keep text, with its dictionary, and numbers; whatever else has a name becomes text."""
    column = batch.column(name)
    kind = column.type
    if pa.types.is_dictionary(kind) and is_text(column):
        return column
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_string(kind):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowException as error:
        raise faults.wrong_type(name, column, "texts or numbers") from error


def _between(values: Floats, low: float, high: float) -> bool:
    """Whether all values are from `low` to `high`; false where one is no number."""
    return not len(values) or bool(values.min() >= low and values.max() <= high)


def _must(
    good: Any,
    name: str,
    values: Floats,
    rule: str,
    faults: Faults,
    advice: Callable[[float], str] = lambda _: "",
) -> None:
    if not good.all():
        faults.put(
            ~good,
            f"{name} {rule}",
            lambda row: f"{name} is {values[row]:g}, {rule}{advice(float(values[row]))}",
        )


def no_propensity(value: float) -> str:
    """Say what a number that is no propensity may be instead.

    Examples
    --------
    >>> no_propensity(30.0), no_propensity(0.0)
    ('; if it is a percentage, divide it by 100', '')
    >>> no_propensity(-1.2)
    '; if it is a logarithm, write its exponential'
    """
    if 1.0 < value <= PERCENT:
        return "; if it is a percentage, divide it by 100"
    return "; if it is a logarithm, write its exponential" if value < 0.0 else ""
