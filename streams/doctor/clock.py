"""What doctor finds of the time: on each desk, by this machine's clock, and by the broker's.

Rule: it reads for a limited time, and says how many partitions that was enough for.
"""

from __future__ import annotations

import math
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.desk.desk import STATE_KEY
from bandit.events import Tick
from streams.doctor.findings import Finding, broken, ok, warning
from streams.log.topics import DESK, LABELS
from streams.process.showing import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.log.log import Log, Record

CLOCK = "clock"
BATCH = 1000
LAST = 200
"""Offsets at the end of a partition, among which what was written last is looked for."""

LOOK_S = 4.0
"""Longest look at all partitions."""

AHEAD_S = 2.0
"""Clocks that are kept in step differ by some milliseconds."""

SILENT_S = 60.0
"""Workers write a tick a second, unless told otherwise."""


class _State(msgspec.Struct):
    """As much of a desk's own record as is asked for here."""

    now: float | None = None


class Times(NamedTuple):
    """By partition: the time on its desk, and how far its last tick was from the broker's clock."""

    desks: Mapping[int, float]
    skews_s: Mapping[int, float]
    partitions: int
    looked_at: int


_decode_state = msgspec.json.Decoder(_State).decode
_decode_tick = msgspec.json.Decoder(Tick).decode


def clock(log: Log, now: float, max_skew_s: float, members: int | None = None) -> Iterator[Finding]:
    """Say which desks' time is wrong by this machine's clock, and whose clock isn't the broker's.

    `members` is how many workers are in the group, if that is known.
    """
    times = read_times(log, now, max_skew_s)
    yield from _of_skews(times.skews_s, max_skew_s)
    if not times.desks:
        yield ok(CLOCK, "no tick in labels to compare with")
        return
    ahead = {one: at - now for one, at in times.desks.items() if at > now + AHEAD_S}
    silent = {one: now - at for one, at in times.desks.items() if now - at > SILENT_S}
    far = {one: by for one, by in ahead.items() if by > max_skew_s}
    if far:
        yield broken(
            CLOCK,
            f"the desk of {_named(far)} is up to {max(far.values()):.1f} s ahead of this machine's"
            " clock: until then all ticks are refused, and no ask expires",
            "if this clock is right: mend the one that wrote it, then poolwise control LOG"
            " --reset-clock",
        )
    elif ahead:
        yield warning(
            CLOCK,
            f"the desk of {_named(ahead)} is up to {max(ahead.values()):.1f} s ahead of this"
            " machine's clock",
            "let NTP keep the clocks of all machines",
        )
    if members and silent:
        yield warning(
            CLOCK,
            f"the desk of {_named(silent)} is up to {max(silent.values()):.0f} s behind this"
            f" machine's clock, and the group has {counted(members, 'member')}",
            "are ticks refused (the worker's log says clock_not_believed), or do records wait"
            " (lag)? Let NTP keep the clocks of all machines",
        )
    elif not ahead:
        part = ""
        if times.looked_at < times.partitions:
            part = f" ({times.looked_at} of {times.partitions} partitions were looked at)"
        oldest_s = max(now - at for at in times.desks.values())
        yield ok(
            CLOCK, f"the time on the desks is up to {oldest_s:.1f} s old by this machine's{part}"
        )


def read_times(log: Log, now: float, max_skew_s: float) -> Times:
    """Read what stands last in `desk`; where that is far from `now`, in `labels` too."""
    until = time.monotonic() + LOOK_S
    desks: dict[int, float] = {}
    skews_s: dict[int, float] = {}
    partitions, looked_at = log.partitions(LABELS), 0
    for partition in range(partitions):
        if time.monotonic() > until:
            break
        for record in _last(log, DESK, partition):
            at = _decoded(record).now if record.key == STATE_KEY else None
            if at is not None:
                desks[partition] = at
        looked_at += 1
        if abs(now - desks.get(partition, -math.inf)) <= max_skew_s:
            continue
        for record in _last(log, LABELS, partition):
            tick = _tick(record)
            if tick is not None and record.logged_at is not None:
                skews_s[partition] = tick.at - record.logged_at
    return Times(desks, skews_s, partitions, looked_at)


def _of_skews(skews_s: Mapping[int, float], max_skew_s: float) -> Iterator[Finding]:
    wrong = {one: by for one, by in skews_s.items() if abs(by) > max_skew_s}
    if wrong:
        most = max(wrong.values(), key=abs)
        way = "ahead of" if most > 0 else "behind"
        yield broken(
            CLOCK,
            f"the last tick of {_named(wrong)} was {abs(most):.1f} s {way} the broker's clock,"
            f" and so refused (clock.max_skew_s = {max_skew_s:g})",
            "let NTP keep the clock of the worker that holds it, and of the broker",
        )


def _named(partitions: Mapping[int, float]) -> str:
    shown = ", ".join(map(str, sorted(partitions)[:8])) + (", ..." if len(partitions) > 8 else "")
    return f"partition{'s' if len(partitions) > 1 else ''} {shown}"


def _last(log: Log, topic: str, partition: int) -> Iterator[Record]:
    """Yield the last records of a partition."""
    with closing(log.follow(topic, partition)) as reader:
        end = reader.end()
    with closing(log.follow(topic, partition, max(0, end - LAST))) as reader:
        while reader.position < end:
            records = reader.poll(BATCH, 0.2)
            yield from records
            if not records and reader.position < end:
                return  # what follows is not committed yet


def _decoded(record: Record) -> _State:
    try:
        return _decode_state(record.value or b"{}")
    except (ValueError, RecursionError):
        return _State()


def _tick(record: Record) -> Tick | None:
    try:
        return _decode_tick(record.value or b"")
    except (ValueError, RecursionError):  # another event, or none
        return None
