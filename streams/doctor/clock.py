"""Checks of the time: of each partition, by this machine's clock, and by the broker's.

Rule: it reads for a limited time, and reports how many partitions were read in it.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.counted import counted
from bandit.events import Tick
from streams.doctor.desk_records import partition_record
from streams.doctor.findings import DoctorFinding, broken, duration, ok, warning
from streams.log.last_records import last_records
from streams.log.topics import DESK, LABELS
from streams.process.moment import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streams.log.log import Log, Record

CLOCK = "clock"

LOOK_S = 4.0
"""Longest look at all partitions."""

AHEAD_S = 2.0
"""Clocks that are synchronized differ by some milliseconds."""

SILENT_S = 60.0
"""Workers write a tick a second by default."""

SYNCHRONIZE = "synchronize the clocks of all machines with NTP"


class Times(NamedTuple):
    """By partition: its time, and how far that and its last tick were ahead of a clock.

    `ahead_s` is against this machine's clock when the partition was read, `skews_s` against the
    broker's when it received the tick.
    """

    partitions: Mapping[int, float]
    ahead_s: Mapping[int, float]
    skews_s: Mapping[int, float]
    total: int
    checked: int


_decode_tick = msgspec.json.Decoder(Tick).decode


def clock(
    log: Log,
    shown: str,
    max_skew_s: float,
    members: int | None = None,
    now: Callable[[], float] = time.time,
) -> Iterator[DoctorFinding]:
    """Compare each partition's time with this machine's clock, and ticks with the broker's clock.

    `shown` is the log's address in a command; `members` is how many workers are in the group, if
    that is known; `now` reads the clock.
    """
    times = read_times(log, max_skew_s, now)
    yield from _of_skews(times.skews_s, max_skew_s)
    if not times.partitions:
        yield ok(CLOCK, "no partition has a time yet: no tick was accepted")
        return
    ahead = {partition: by for partition, by in times.ahead_s.items() if by > AHEAD_S}
    silent = {partition: -by for partition, by in times.ahead_s.items() if -by > SILENT_S}
    far = {partition: by for partition, by in ahead.items() if by > max_skew_s}
    if far:
        yield broken(
            CLOCK,
            f"the time of {_named(far)} is up to {duration(max(far.values()))} ahead of this"
            " machine's clock: until the clock catches up, ticks"
            " are refused there and no ask expires",
            "if this machine's clock is right: correct the clock of the worker's machine, then run"
            f" poolwise control {shown} --reset-clock",
        )
    elif ahead:
        yield warning(
            CLOCK,
            f"the time of {_named(ahead)} is up to {duration(max(ahead.values()))} ahead of this"
            " machine's clock",
            SYNCHRONIZE,
        )
    if members and silent:
        yield warning(
            CLOCK,
            f"the time of {_named(silent)} is up to {duration(max(silent.values()))} behind this"
            f" machine's clock, although the group has {counted(members, 'member')}",
            "check the workers' logs for clock_not_believed (ticks are refused) and the lag"
            f" (records wait); {SYNCHRONIZE}",
        )
    elif silent and not ahead:
        last = max(times.partitions.values())
        yield ok(
            CLOCK,
            f"the last tick in the log is of {moment(last)}: no worker has run since, its clock"
            " is refused, or the log's time is simulated (--clock log)",
        )
    elif not ahead:
        part = ""
        if times.checked < times.total:
            part = f" ({times.checked} of {times.total} partitions checked)"
        oldest_s = max(0.0, -min(times.ahead_s.values()))
        yield ok(
            CLOCK,
            f"the time of the partitions is up to {duration(oldest_s)} behind this machine's clock"
            f"{part}",
        )


def read_times(log: Log, max_skew_s: float, now: Callable[[], float]) -> Times:
    """Read the last records of `desk`; where their time is far from `now()`, of `labels` too."""
    until = time.monotonic() + LOOK_S
    partitions: dict[int, float] = {}
    ahead_s: dict[int, float] = {}
    skews_s: dict[int, float] = {}
    total, checked = log.partitions(LABELS), 0
    for partition in range(total):
        if time.monotonic() > until:
            break
        for record in last_records(log, DESK, partition):
            state = partition_record(record)
            if state is not None and state.now is not None:
                partitions[partition] = state.now
        checked += 1
        if partition in partitions:
            ahead_s[partition] = partitions[partition] - now()
        if abs(ahead_s.get(partition, math.inf)) <= max_skew_s:
            continue
        for record in last_records(log, LABELS, partition):
            tick = _tick(record)
            if tick is not None and record.logged_at is not None:
                skews_s[partition] = tick.at - record.logged_at
    return Times(partitions, ahead_s, skews_s, total, checked)


def _of_skews(skews_s: Mapping[int, float], max_skew_s: float) -> Iterator[DoctorFinding]:
    wrong = {partition: by for partition, by in skews_s.items() if abs(by) > max_skew_s}
    if wrong:
        most = max(wrong.values(), key=abs)
        side = "ahead of" if most > 0 else "behind"
        yield broken(
            CLOCK,
            f"the last tick of {_named(wrong)} was {duration(abs(most))} {side} the broker's"
            f" clock, so workers refuse it (clock.max_skew_s = {max_skew_s:g})",
            "synchronize the clocks of the broker and of the worker that holds the partition with"
            " NTP",
        )


def _named(partitions: Mapping[int, float]) -> str:
    shown = ", ".join(map(str, sorted(partitions)[:8])) + (", ..." if len(partitions) > 8 else "")
    return f"partition{'s' if len(partitions) > 1 else ''} {shown}"


def _tick(record: Record) -> Tick | None:
    try:
        return _decode_tick(record.value or b"")
    except (ValueError, RecursionError):  # another event, or none
        return None
