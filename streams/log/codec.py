"""Events to bytes and back: JSON, one object a record, checked before the engine sees it.

Rules a record can break here (the names that dead letters carry): `malformed`, `too_large`,
`unknown_type`, `unknown_version`, `bad_field`, `bad_id`. Fields that an event hasn't are ignored
and counted. Numbers are finite: JSON knows no others, and `1e400` is refused. What the fields mean
together is the engine's to judge.
"""

from __future__ import annotations

from collections import Counter
from operator import attrgetter

import msgspec

from bandit.errors import EventError, NewerVersion, nearest
from bandit.events import (
    AnyEvent,
    Control,
    Decline,
    Event,
    Gold,
    Input,
    Label,
    Pool,
    Reward,
    Task,
    Tick,
)

VERSION = 1
"""The version of the events that this code writes and reads."""

MAX_BYTES = 512 * 1024
"""Largest record read: with what the desk and an ask add, it still fits in one Kafka record."""

MAX_ID_BYTES = 256
MAX_DEPTH = 100
"""Deepest nesting of a payload: what was read must be written again, in asks and on the desk."""

CHANCE_BYTES = 30
"""What a class adds to a posterior, its name aside: ` "":0.00012345678901234567,`."""

LONGER = 12
"""How much longer a task gets at most: `1e15,` is written as `1000000000000000.0,`, and the class
`"a",` has its chance in each posterior."""

IDS: dict[type[Event], tuple[str, ...]] = {
    Pool: ("pool",),
    Task: ("task", "project"),
    Label: ("label", "task", "pool", "labeler"),
    Decline: ("task", "pool"),
    Gold: ("task",),
    Tick: (),
    Control: (),
}
"""The fields of each input that are ids."""

INPUTS = {str(kind.__struct_config__.tag): kind for kind in IDS}
_ids = {kind: tuple(map(attrgetter, names)) for kind, names in IDS.items()}
FIELDS = {kind: frozenset((*kind.__struct_fields__, "type")) for kind in IDS}


class _Version(msgspec.Struct, frozen=True):
    """All that is looked at of an event that can't be read."""

    v: int = VERSION


_encode = msgspec.json.Encoder().encode
_decode_input = msgspec.json.Decoder(Input).decode
_decode_reward = msgspec.json.Decoder(Reward).decode
_decode_version = msgspec.json.Decoder(_Version).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def encode(event: AnyEvent) -> bytes:
    """Return `event` as one JSON object.

    Examples
    --------
    >>> encode(Tick(at=1.0))
    b'{"type":"Tick","at":1.0,"v":1}'
    """
    return _encode(event)


class InputDecoder:
    """Bytes to inputs; counts, by event type, the fields that were ignored.

    Examples
    --------
    >>> decoder = InputDecoder()
    >>> decoder.decode(b'{"type":"Tick","v":1,"at":1.0,"zone":"UTC"}')
    Tick(at=1.0, reset=UNSET, v=1)
    >>> decoder.ignored
    Counter({'Tick': 1})
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()

    def decode(self, data: bytes | None) -> Input:
        """Return the input that `data` holds.

        Raises
        ------
        EventError
            If a rule is broken, whatever the bytes are; its `rule` says which.
        """
        if data is None:
            raise EventError("malformed", "the record has no value")
        if len(data) > MAX_BYTES:
            msg = f"{len(data)} bytes: a record is at most {MAX_BYTES}"
            raise EventError("too_large", msg)
        try:
            event: Input = _decode_input(data)
            fields = _decode_fields(data)
        except (ValueError, RecursionError) as error:
            raise _reason(data, error) from error
        kind = type(event)
        if event.v != VERSION:
            raise _unknown_version(event.v)
        for read in _ids[kind]:
            text: str = read(event)
            if not 0 < len(text) <= MAX_ID_BYTES // 4:  # a character has at most 4 bytes
                _check_ids(event, kind)
        if isinstance(event, Label | Decline) and not -(2**63) <= event.ask < 2**63:
            raise EventError("bad_field", f"ask: {event.ask} is beyond 64 bits")
        if isinstance(event, Task):
            _check_written(event, data)
        if not fields.keys() <= FIELDS[kind]:
            self.ignored[kind.__name__] += len(fields.keys() - FIELDS[kind])
        return event


def decode_reward(data: bytes | None) -> Reward:
    """Return the reward that `data` holds.

    Raises
    ------
    NewerVersion
        If a newer poolwise wrote it: whoever passed over it would lose what it teaches.
    EventError
        If it holds none: nobody but a worker writes rewards, so the log was tampered with, and
        every learner passes over it.
    """
    try:
        reward: Reward = _decode_reward(data or b"")
    except (ValueError, RecursionError) as error:
        version = _version_in(data or b"")
        if version > VERSION:
            raise NewerVersion("a reward", version, VERSION) from error
        msg = f"not a reward: {_one_line(error)}"
        raise EventError("malformed", msg) from error
    if reward.v > VERSION:
        raise NewerVersion("a reward", reward.v, VERSION)
    if reward.v != VERSION:
        raise _unknown_version(reward.v)
    return reward


def _version_in(data: bytes) -> int:
    """Version of an event that can't be read otherwise; this one's if it says none."""
    try:
        return _decode_version(data).v
    except (ValueError, RecursionError):
        return VERSION


def _check_ids(event: Event, kind: type[Event]) -> None:
    for name in IDS[kind]:
        text: str = getattr(event, name)
        size = len(text.encode())
        if not 0 < size <= MAX_ID_BYTES:
            msg = f"{name}: {size} bytes, where an id has 1 to {MAX_ID_BYTES}"
            raise EventError("bad_id", msg)


def _check_written(event: Task, data: bytes) -> None:
    """Refuse what can't be written again, in asks and on the desk, or not in one record."""
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _nested(event.payload, MAX_DEPTH):
        msg = f"payload: nested more than {MAX_DEPTH} deep"
        raise EventError("bad_field", msg)
    if len(data) > MAX_BYTES // LONGER:
        size = len(encode(event)) + CHANCE_BYTES * len(event.classes)
        if size > MAX_BYTES:
            msg = f"{size} bytes when written out with a posterior: at most {MAX_BYTES} are taken"
            raise EventError("too_large", msg)


def _nested(value: object, depth: int) -> bool:
    """Whether `value` has lists or objects in each other, more than `depth` of them."""
    level = [value]
    for _ in range(depth + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _reason(data: bytes, error: Exception) -> EventError:
    """Say which rule `data` broke, looking at type and version before the other fields."""
    try:
        fields = _decode_fields(data)
        kind = msgspec.json.decode(fields["type"]) if "type" in fields else None
        version = msgspec.json.decode(fields["v"]) if "v" in fields else VERSION
    except (ValueError, RecursionError) as deeper:
        return EventError("malformed", _one_line(deeper))
    if not isinstance(kind, str):
        return EventError("unknown_type", "type: missing, or not a string")
    if kind not in INPUTS:
        return EventError(
            "unknown_type", f"type: {kind[:40]!r} is no input{nearest(kind[:40], INPUTS)}"
        )
    if version != VERSION:
        return _unknown_version(version)
    if not isinstance(error, msgspec.ValidationError):
        return EventError("malformed", _one_line(error))
    what, _, path = str(error).partition(" - at `$.")
    where = path.rstrip("`")
    return EventError("bad_field", f"{where}: {what}" if where else what)


def _unknown_version(version: object) -> EventError:
    msg = f"v: {repr(version)[:40]} is unknown, this version of poolwise reads {VERSION}"
    return EventError("unknown_version", msg)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
