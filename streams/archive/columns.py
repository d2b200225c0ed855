"""Events as typed columns: one row per record, from which the event can be restored exactly.

Each field is a column of the same name. Text, numbers and booleans keep their type, lists of text
are lists, dicts of numbers (or of lists of them) are maps; a field with several types (features,
target) is JSON, and its column is marked (`poolwise: json` in the field's metadata). Times are
seconds since the epoch, as in the log. Two columns are added: `offset`, the record's position, and
`original`, the bytes of a record that this version cannot read as an event, whose other columns are
null.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import msgspec
import pyarrow as pa

from bandit.events import Decision, Event, Reward, Verdict
from streams.log.codec import VERSION
from streams.log.topics import DECISIONS, REWARDS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

EVENTS: dict[str, type[Event]] = {DECISIONS: Decision, REWARDS: Reward, VERDICTS: Verdict}
"""Types of the events in archived topics."""

DAY_OF: dict[str, str] = {DECISIONS: "at", REWARDS: "decided_at", VERDICTS: "at"}
"""The field whose time decides the day's folder of a row."""

NO_DAY = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows without a day, named as Hive does: Arrow and DuckDB 2 read it as null."""

JSON = {b"poolwise": b"json"}
"""Metadata of a column whose text is JSON."""

EPOCH = date(1970, 1, 1).toordinal()
DAY_S = 86_400

_text = pa.string()
_numbers = pa.map_(_text, pa.float64())
_ARROW: dict[object, pa.DataType] = {
    str: _text,
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    tuple[str, ...]: pa.list_(_text),
    dict[str, float]: _numbers,
    dict[str, tuple[float, ...]]: pa.map_(_text, pa.list_(pa.float64())),
    dict[str, dict[str, float]]: pa.map_(_text, _numbers),
}
_times = {
    topic: msgspec.json.Decoder(msgspec.defstruct("Dated", [(name, float)]))
    for topic, name in DAY_OF.items()
}
_events = {topic: msgspec.json.Decoder(kind) for topic, kind in EVENTS.items()}


class PendingRow(NamedTuple):
    """A record that waits to be written."""

    offset: int
    value: bytes | None


@cache
def schema_of(topic: str) -> pa.Schema:
    """Columns of a topic's rows.

    Examples
    --------
    >>> schema_of("rewards").field("pmf").type
    MapType(map<string, double>)
    >>> schema_of("verdicts").names[:4]
    ['offset', 'task', 'project', 'revision']
    """
    fields = [pa.field("offset", pa.int64(), nullable=False)]
    for field in msgspec.structs.fields(EVENTS[topic]):
        arrow = _ARROW.get(_alone(field.type))
        fields.append(pa.field(field.name, arrow or _text, metadata=None if arrow else JSON))
    return pa.schema([*fields, pa.field("original", pa.binary())])


def day_of(topic: str, value: bytes | None) -> str:
    """Day in UTC of a record, as the name of its folder.

    Examples
    --------
    >>> day_of("verdicts", b'{"type":"Verdict","at":86400.0}')
    '1970-01-02'
    >>> day_of("verdicts", b'{"type":"Verdict","at":1e300}')
    '__HIVE_DEFAULT_PARTITION__'
    """
    try:
        at = getattr(_times[topic].decode(value or b""), DAY_OF[topic])
    except (ValueError, RecursionError):
        return NO_DAY
    number = EPOCH + at // DAY_S
    return date.fromordinal(int(number)).isoformat() if 1 <= number <= _LAST else NO_DAY


_LAST = date.max.toordinal()


def batch_of(topic: str, rows: Sequence[PendingRow]) -> pa.RecordBatch:
    """Turn records into columns."""
    schema = schema_of(topic)
    events = [_event(topic, row.value) for row in rows]
    unread = [row.value if event is None else None for row, event in zip(rows, events, strict=True)]
    columns = [pa.array([row.offset for row in rows], pa.int64())]
    for field in list(schema)[1:-1]:
        values = [None if event is None else getattr(event, field.name) for event in events]
        if field.metadata == JSON:
            texts = [None if value is None else _json(value) for value in values]
            columns.append(pa.array(texts, field.type))
        else:
            columns.append(_column(values, field.type))
    columns.append(pa.array(unread, pa.binary()))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _event(topic: str, value: bytes | None) -> Event | None:
    """Return the event, unless its columns could not hold it."""
    try:
        event: Event = _events[topic].decode(value or b"")
        known = event.v == VERSION
        numbers = (getattr(event, name) or 0 for name in _WHOLE[topic])
        return event if known and all(-(2**63) <= n < 2**63 for n in numbers) else None
    except (ValueError, RecursionError):
        return None


def _column(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_map(kind):
        return pa.array(values, kind)
    ends = accumulate(len(value or ()) for value in values)
    begins = [0, *ends]
    offsets = [
        None if value is None else begin for value, begin in zip(values, begins[:-1], strict=True)
    ]
    keys = list(chain.from_iterable(value or () for value in values))
    items = list(chain.from_iterable((value or {}).values() for value in values))
    return pa.MapArray.from_arrays(
        pa.array([*offsets, begins[-1]], pa.int32()),
        pa.array(keys, kind.key_type),
        _column(items, kind.item_type),
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _alone(kind: Any) -> Any:
    """Type without `None`; a union of several types is returned whole."""
    kinds = [member for member in get_args(kind) if member is not type(None)]
    return kinds[0] if len(kinds) == 1 and type(None) in get_args(kind) else kind


_WHOLE = {
    topic: [field.name for field in msgspec.structs.fields(kind) if _alone(field.type) is int]
    for topic, kind in EVENTS.items()
}
