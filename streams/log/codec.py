"""Codec of events: one JSON object per record, validated before the engine receives it.

Rules that a record can break here (named in dead letters): `malformed`, `too_large`,
`unknown_type`, `unknown_version`, `bad_field`, `bad_id`. Unknown fields are ignored and counted.
Numbers are finite: JSON has no others, and `1e400` is refused. Rules about several fields are
checked by the engine.
"""

from __future__ import annotations

from collections import Counter
from operator import attrgetter

import msgspec

from bandit.engine.checks import LONGEST_ID, id_
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
    Prediction,
    Reward,
    Task,
    Tick,
)
from streams.log.undecodable import bad_field, malformed, one_line

VERSION = 1
"""Version of the events that this code reads and writes."""

MAX_BYTES = 512 * 1024
"""Largest record read; with what the desk or an ask adds, it still fits in one Kafka record."""

MAX_DEPTH = 100
"""Deepest nesting of a payload, which is written again in asks and on the desk."""

CHANCE_BYTES = 30
"""Bytes that a class adds to a posterior, without its name: ` "":0.00012345678901234567,`."""

LONGER = 12
"""Largest factor by which a task grows when written: `1e15,` becomes `1000000000000000.0,`, and the
class `"a",` has a probability in each posterior."""

IDS: dict[type[Event], tuple[str, ...]] = {
    Pool: ("pool",),
    Task: ("task", "project"),
    Label: ("label", "task", "pool", "labeler"),
    Decline: ("task", "pool"),
    Gold: ("task",),
    Prediction: ("task", "source"),
    Tick: (),
    Control: (),
}
"""Fields of each input that are ids."""

INPUTS = {str(kind.__struct_config__.tag): kind for kind in IDS}
_ids = {kind: tuple(map(attrgetter, names)) for kind, names in IDS.items()}
FIELDS = {kind: frozenset((*kind.__struct_fields__, "type")) for kind in IDS}


class _VersionField(msgspec.Struct, frozen=True):
    """The version field, of an event that can't be decoded."""

    v: int = VERSION


_encode = msgspec.json.Encoder().encode
_decode_input = msgspec.json.Decoder(Input).decode
_decode_reward = msgspec.json.Decoder(Reward).decode
_decode_version = msgspec.json.Decoder(_VersionField).decode
_decode_fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def encode(event: AnyEvent) -> bytes:
    """Return `event` as one JSON object.

    Examples
    --------
    >>> encode(Tick(at=1.0))
    b'{"type":"Tick","at":1.0,"v":1}'
    """
    return _encode(event)


MOST_UNKNOWN = 3
"""Unknown fields that are named; a decoder notes one more, so that it shows that there are more."""


class InputDecoder:
    """Decoder of inputs, which counts ignored fields by event type, and notes the first ones.

    Examples
    --------
    >>> decoder = InputDecoder()
    >>> decoder.decode(b'{"type":"Tick","v":1,"at":1.0,"zone":"UTC"}')
    Tick(at=1.0, reset=UNSET, v=1)
    >>> decoder.ignored
    Counter({'Tick': 1})
    >>> decoder.unknown
    [('Tick', 'zone')]
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.unknown: list[tuple[str, str]] = []

    def decode(self, data: bytes | None) -> Input:
        """Return the input that `data` holds.

        Raises
        ------
        EventError
            If the bytes break a rule, which its `rule` names.
        """
        if data is None:
            raise EventError("malformed", "the record has no value")
        if len(data) > MAX_BYTES:
            msg = f"the record has {len(data):,} bytes, more than the limit of {MAX_BYTES:,}"
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
            if not 0 < len(text) <= LONGEST_ID // 4:  # a character has at most 4 bytes
                _check_ids(event, kind)
        if isinstance(event, Label | Decline) and not -(2**63) <= event.ask < 2**63:
            raise EventError("bad_field", f"ask: {event.ask} does not fit in 64 bits")
        if isinstance(event, Task):
            _check_written(event, data)
        if not fields.keys() <= FIELDS[kind]:
            self._ignore(kind.__name__, fields.keys() - FIELDS[kind])
        return event

    def _ignore(self, kind: str, fields: set[str]) -> None:
        self.ignored[kind] += len(fields)
        if len(self.unknown) <= MOST_UNKNOWN:
            new = sorted({(kind, field) for field in fields}.difference(self.unknown))
            self.unknown += new[: MOST_UNKNOWN + 1 - len(self.unknown)]


def decode_reward(data: bytes | None) -> Reward:
    """Return the reward that `data` holds.

    Raises
    ------
    NewerVersion
        If a newer version of poolwise wrote it: skipping it would lose what it teaches.
    EventError
        If it holds no reward: only workers write rewards, so another program has written to the
        topic; every learner skips it.
    """
    try:
        reward: Reward = _decode_reward(data or b"")
    except (ValueError, RecursionError) as error:
        version = _version_in(data or b"")
        if version > VERSION:
            raise NewerVersion("a reward", version, VERSION) from error
        msg = f"not a reward: {one_line(error)}"
        raise EventError("malformed", msg) from error
    if reward.v > VERSION:
        raise NewerVersion("a reward", reward.v, VERSION)
    if reward.v != VERSION:
        raise _unknown_version(reward.v)
    return reward


def _version_in(data: bytes) -> int:
    """Version of an event that can't be decoded; `VERSION` if it names none."""
    try:
        return _decode_version(data).v
    except (ValueError, RecursionError):
        return VERSION


def _check_ids(event: Event, kind: type[Event]) -> None:
    for name in IDS[kind]:
        id_(getattr(event, name), name)


def _check_written(event: Task, data: bytes) -> None:
    """Refuse a task that can't be written again, in asks and on the desk, in one record."""
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _nested(event.payload, MAX_DEPTH):
        msg = f"payload: nested more than {MAX_DEPTH} levels deep"
        raise EventError("bad_field", msg)
    if len(data) > MAX_BYTES // LONGER:
        size = len(encode(event)) + CHANCE_BYTES * len(event.classes)
        if size > MAX_BYTES:
            msg = f"with a posterior, the task has {size:,} bytes, over the limit of {MAX_BYTES:,}"
            raise EventError("too_large", msg)


def _nested(value: object, depth: int) -> bool:
    """Whether lists and objects in `value` are nested more than `depth` levels deep."""
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
    """Return the rule that `data` breaks: type and version are checked before other fields."""
    try:
        fields = _decode_fields(data)
        kind = msgspec.json.decode(fields["type"]) if "type" in fields else None
        version = msgspec.json.decode(fields["v"]) if "v" in fields else VERSION
    except (ValueError, RecursionError) as deeper:
        return EventError("malformed", malformed(data, deeper))
    if not isinstance(kind, str):
        return EventError("unknown_type", "type: missing, or not a string")
    if kind not in INPUTS:
        return EventError(
            "unknown_type", f"type: unknown input {kind[:40]!r}{nearest(kind[:40], INPUTS)}"
        )
    if version != VERSION:
        return _unknown_version(version)
    if not isinstance(error, msgspec.ValidationError):
        return EventError("malformed", malformed(data, error))
    return EventError("bad_field", bad_field(INPUTS[kind], fields, error))


def _unknown_version(version: object) -> EventError:
    msg = f"v: unknown version {repr(version)[:40]}; this poolwise reads version {VERSION}"
    return EventError("unknown_version", msg)
