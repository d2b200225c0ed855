"""Odd values and types of columns, as real tables have had them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from random import Random

UTC = dt.UTC

NUMBERS: tuple[Any, ...] = (
    None, float("nan"), float("inf"), float("-inf"), 0, -0.0, 1, -1, 2, 0.5, 1e-5, 1e-12, 1e-17,
    1e-160, 1e-300, 5e-324, 1e6, 1e15, 1e29, 1e31, 1e77, 1e154, 1e200, 1e300, 1e308,
    -1e308, 1.7976931348623157e308, 3.4028234663852886e38, 2**31, 2**53 + 1, 2**63 - 1, -(2**63),
    True, False,
)  # fmt: skip

TEXTS: tuple[Any, ...] = (
    None, "", " ", "a", "b", "NA", "nan", "NaN", "null", "None", "inf", "-inf", "1e400", "-1e400",
    "0,7", "1.234,5", "1,234.5", "1_000", "0x10", "1e", "+1", ".5", "5.", "50%", "$3", "true", "No",
    "٣", "é", "日本", "a\nb", "a\r\nb", "a\tb", "a;b", "a|b", 'a"b', "a'b", "a\\b", "`a`", "=1+1",
    "\x00", "\x1b[31m", "[bold]a[/bold]", "[/]", "x" * 3000, "[0.5, 0.5]", '["a", "b"]', "[]",
    "{}", '{"a": 1.0}', '{"a": 0.5, "b": 0.5}', '{"a": null}', '["a", "a"]', "[1e400]", "[[1]]",
    '{"a": "x"}', "[NaN]", "2026-01-01T10:00", "2026-01-01T10:00Z", "2026-01-01T10:00+05:30",
    "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00", "2026-13-01", "10:00", "1e18",
    "1" * 400, "-" + "9" * 330, "columns:p_", "uniform", "a b", "user",
)  # fmt: skip

OTHERS: tuple[Any, ...] = (
    10**30, 10**400, Decimal("0.5"), Decimal("NaN"), b"a", b"\xff\xfe", [], [1.0], ["a", None],
    [[0.5]], {"a": 1.0}, {"a": None}, {}, dt.date(2026, 1, 1), dt.datetime(2026, 1, 1),  # noqa: DTZ001 - a time without a zone is what is meant
    dt.datetime(2026, 1, 1, tzinfo=UTC), dt.timedelta(seconds=3), dt.time(10, 0), 1 + 2j, object,
)  # fmt: skip

MANY_TYPES: tuple[Any, ...] = (
    pa.int8(), pa.uint8(), pa.int64(), pa.uint64(), pa.float16(), pa.float32(), pa.float64(),
    pa.bool_(), pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.binary(3),
    pa.binary_view(), pa.null(), pa.date32(), pa.date64(), pa.time32("s"), pa.time64("ns"),
    pa.timestamp("s"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "Europe/Paris"),
    pa.duration("ms"), pa.month_day_nano_interval(), pa.decimal128(10, 2), pa.decimal256(60, 3),
    pa.list_(pa.float64()), pa.large_list(pa.string()), pa.list_(pa.float64(), 2),
    pa.list_view(pa.float64()), pa.struct([("a", pa.float64()), ("b", pa.float64())]),
    pa.struct([]), pa.struct([("a", pa.list_(pa.int8()))]), pa.map_(pa.string(), pa.float64()),
    pa.map_(pa.int64(), pa.string()), pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.int32(), pa.float64()), pa.dictionary(pa.int32(), pa.binary()),
    pa.run_end_encoded(pa.int32(), pa.float64()), pa.list_(pa.list_(pa.float64())),
    pa.uuid(), pa.json_(), pa.bool8(),
)  # fmt: skip
"""Of each kind that Arrow has, one."""

SAMPLES: tuple[Any, ...] = (
    1, 0.5, "a", "0.5", True, b"abc", Decimal("0.5"), [0.5, 0.5], ["a", "b"], {"a": 0.5, "b": 0.5},
    [("a", 0.5), ("b", 0.5)], [(1, "a")], dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=UTC),
    dt.time(10, 0), dt.timedelta(seconds=3), {}, [[0.5]], (1, 2, 3), b"0123456789abcdef", '{"a":1}',
)  # fmt: skip


def odd_value(chance: Random) -> Any:
    """One value that most columns aren't made for."""
    kind = chance.random()
    pool = NUMBERS if kind < 0.5 else TEXTS if kind < 0.93 else OTHERS
    return chance.choice(pool)


def odd_column(chance: Random, rows: int) -> Any:
    """A column of any type of Arrow, some of it missing; shape (rows,)."""
    kind = chance.choice(MANY_TYPES)
    fitting = [value for value in SAMPLES if _fits(value, kind)] or [None]
    values = [chance.choice([*fitting, None, *fitting]) for _ in range(rows)]
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    try:
        made = pa.array(values, storage)
    except (pa.ArrowException, NotImplementedError):
        made = pa.nulls(rows, storage)
    return pa.ExtensionArray.from_storage(kind, made) if storage is not kind else made


def as_numpy(values: list[Any], chance: Random) -> Any:
    """The same values as an array of numpy, if they fit in one type."""
    kind = chance.choice(["float32", "float64", "int64", "bool", "object", "str"])
    try:
        with np.errstate(all="ignore"):
            made = np.array(values, dtype=kind)
    except (TypeError, ValueError, OverflowError):
        made = np.empty((0, 0))
    if made.ndim != 1 or kind == "object":
        made = np.empty(len(values), dtype=object)
        made[:] = values
    return made


def _fits(value: Any, kind: Any) -> bool:
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    try:
        pa.array([value], storage)
    except (pa.ArrowException, NotImplementedError, TypeError, ValueError, OverflowError):
        return False
    return True
