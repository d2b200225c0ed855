"""Tables of decisions that are right, and what is then done to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tests.replay.fuzz.odd_values import odd_column, odd_value

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Columns = list[tuple[str, Any]]
"""Names and values: lists, or columns of Arrow where the type matters."""

ACTIONS = ("a", "b", "c")
SIZES = (1, 2, 5, 40, 200, 200, 400, 400)

NAMES = (
    "", " ", "Action", "action ", "reward", "propensity", "p_", "p_d", "t_", "a,b", "a;b", "a b",
    "a\nb", "a\tb", 'a"b', "`x`", "naïve", "日本", "columns:p_", "column:pi", "x" * 300, "index",
    "None", "0", "user.id", "[/x]", "\x1b[1m", "usd-paid", "__index_level_0__", "click", "pscore",
)  # fmt: skip


def good_table(chance: Random) -> Columns:
    """A log that breaks no rule, with every kind of column that can be asked for."""
    rows = chance.choice(SIZES)
    columns: dict[str, list[Any]] = {name: [] for name in ("action", "reward", "propensity")}
    scale = chance.choice([None, None, 1.0, 100.0])
    for row in range(rows):
        pmf = [0.2, 0.3, 0.5]
        at = chance.choices(range(3), pmf)[0]
        target = [0.4, 0.4, 0.2]
        one = {
            "action": ACTIONS[at],
            "reward": float(chance.random() < 0.4) if scale is None else chance.gauss(1, scale),
            "propensity": pmf[at],
            "x": chance.choice(["red", "green", "blue"]),
            "size": round(chance.gauss(0, 1), 3),
            "usd": round(chance.random(), 2),
            "user": f"u{chance.randrange(30)}",
            "at": row if chance.random() < 0.9 else row - 2,
            "pi": target[at],
            "set": json.dumps(ACTIONS),
            "q": json.dumps(pmf),
            "map": json.dumps(dict(zip(ACTIONS, target, strict=True))),
        }
        one |= {f"p_{name}": value for name, value in zip(ACTIONS, pmf, strict=True)}
        one |= {f"t_{name}": value for name, value in zip(ACTIONS, target, strict=True)}
        for name, value in one.items():
            columns.setdefault(name, []).append(value)
    return list(columns.items())


def mutated(chance: Random, table: Columns) -> Columns:
    """Do up to four things to a table that somebody might have done."""
    for _ in range(chance.choice([0, 1, 1, 1, 2, 2, 4])):
        table = chance.choice(MUTATIONS)(chance, table)
    return table


def _values(chance: Random, table: Columns) -> Columns:
    """Put odd values into some rows of a column, or into all."""
    at = _likely(chance, table)
    name, values = table[at]
    values, value, share = plain(values), odd_value(chance), chance.choice([0.01, 0.1, 0.5, 1.0])
    same = chance.random() < 0.5
    changed = [
        (value if same else odd_value(chance)) if chance.random() < share else old for old in values
    ]
    return [*table[:at], (name, changed), *table[at + 1 :]]


def _type(chance: Random, table: Columns) -> Columns:
    at = _likely(chance, table)
    name, values = table[at]
    return [*table[:at], (name, odd_column(chance, len(values))), *table[at + 1 :]]


def _scaled(chance: Random, table: Columns) -> Columns:
    """Multiply a column of numbers, as other units would."""
    at = _likely(chance, table)
    name, values = table[at]
    factor = chance.choice([1e-300, 1e-30, -1.0, 1e3, 1e12, 1e30, 1e100, 1e307])
    changed = [v * factor if isinstance(v, float) else v for v in plain(values)]
    return [*table[:at], (name, changed), *table[at + 1 :]]


def _constant(chance: Random, table: Columns) -> Columns:
    at = _likely(chance, table)
    name, values = table[at]
    return [*table[:at], (name, plain(values)[:1] * len(values)), *table[at + 1 :]]


def _distinct(chance: Random, table: Columns) -> Columns:
    """Make each row's value another, as an id is."""
    at = _likely(chance, table)
    name, values = table[at]
    return [*table[:at], (name, [f"id{i}" for i in range(len(values))]), *table[at + 1 :]]


def _renamed(chance: Random, table: Columns) -> Columns:
    at = chance.randrange(len(table)) if table else 0
    name = chance.choice(NAMES)
    return [*table[:at], *((name, values) for _, values in table[at : at + 1]), *table[at + 1 :]]


def _dropped(chance: Random, table: Columns) -> Columns:
    at = chance.randrange(len(table)) if table else 0
    return [*table[:at], *table[at + 1 :]]


def _doubled(chance: Random, table: Columns) -> Columns:
    at = chance.randrange(len(table)) if table else 0
    return [*table, *table[at : at + 1]]


def _exchanged(chance: Random, table: Columns) -> Columns:
    """Two columns under each other's name."""
    if not table:
        return table
    a, b = _likely(chance, table), _likely(chance, table)
    found = list(table)
    found[a], found[b] = (table[a][0], table[b][1]), (table[b][0], table[a][1])
    return found


def _no_rows(chance: Random, table: Columns) -> Columns:
    return [(name, values[:0]) for name, values in table]


def _sorted(chance: Random, table: Columns) -> Columns:
    if not table:
        return table
    key = [repr(value) for value in plain(table[_likely(chance, table)][1])]
    order = sorted(range(len(key)), key=key.__getitem__)
    return [(name, [plain(values)[i] for i in order]) for name, values in table]


def _likely(chance: Random, table: Columns) -> int:
    """A column; one of the first three most often, for every question needs those."""
    first = min(3, len(table))
    return chance.randrange(first if chance.random() < 0.5 and first else max(len(table), 1))


def plain(values: Any) -> list[Any]:
    """Values of a column as Python's own; none where Arrow can't say them."""
    if isinstance(values, list):
        return values
    try:
        plain: list[Any] = values.to_pylist()
    except (pa.ArrowException, ValueError):
        return [None] * len(values)
    return plain


def _if_any(
    change: Callable[[Random, Columns], Columns],
) -> Callable[[Random, Columns], Columns]:
    return lambda chance, table: change(chance, table) if table else table


MUTATIONS = tuple(
    _if_any(one)
    for one in (
        *[_values] * 6, *[_type] * 4, *[_scaled] * 2, _constant, _distinct, _renamed, _dropped,
        _doubled, _exchanged, _no_rows, _sorted,
    )
)  # fmt: skip
