"""Whether records are kept for longer than the tasks that need them are open."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from bandit.desk.desk import STATE_KEY, TASK
from streams.doctor.findings import Finding, broken, ok, warning
from streams.log.retention import DAY_S
from streams.log.topics import ASKS, DECISIONS, DESK, LABELS, TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streams.log.log import Log

T = TypeVar("T")

RETENTION = "retention"
NEEDED = (TASKS, LABELS, ASKS, DECISIONS)
"""What somebody may still have to read while a task is open."""

BATCH = 1000


class _Arrival(msgspec.Struct):
    at: float


class _State(msgspec.Struct):
    """As much of a task's state in `desk` as is asked for here."""

    task: _Arrival
    verdict: msgspec.Raw | None = None


class Desk(msgspec.Struct):
    """What a desk knows beside its tasks, as far as is asked for here."""

    now: float | None = None
    open_tasks: int = 0
    positions: dict[str, int] = {}


class Oldest(NamedTuple):
    """What stands in `desk`.

    `open_tasks` is how many are open, `at` since when the oldest, `whole` whether all of it was
    read; `desks` are those of the partitions that were read.
    """

    open_tasks: int
    at: float | None
    whole: bool
    desks: Mapping[int, Desk]


def oldest_open(log: Log, limit_s: float) -> Oldest:
    """Read `desk` for at most `limit_s`."""
    decode = msgspec.json.Decoder(_State).decode
    until, whole = time.monotonic() + limit_s, True
    decode_desk = msgspec.json.Decoder(Desk).decode
    arrived: dict[bytes, float] = {}
    desks: dict[int, Desk] = {}
    for partition in range(log.partitions(DESK)):
        with closing(log.follow(DESK, partition)) as reader:
            end = reader.end()
            while reader.position < end:
                if time.monotonic() > until:
                    whole = False
                    desks.pop(partition, None)
                    break
                for record in reader.poll(BATCH, 0.1):
                    key = record.key or b""
                    if key == STATE_KEY and record.value is not None:
                        desks[partition] = _read(decode_desk, record.value) or Desk()
                    if not key.startswith(TASK):
                        continue
                    state = None if record.value is None else _read(decode, record.value)
                    if state is None or state.verdict is not None:
                        arrived.pop(key, None)
                    else:
                        arrived[key] = state.task.at
    return Oldest(len(arrived), min(arrived.values(), default=None), whole, desks)


def retention(
    oldest: Oldest, kept_s: Mapping[str, float], give_up_s: float, now: float
) -> Iterator[Finding]:
    """Compare how long records are kept with how long tasks are open.

    Parameters
    ----------
    oldest
        As `oldest_open` read it.
    kept_s
        By topic; those that are kept for ever are left out.
    give_up_s
        How long a task may be open without any pool able to take it.
    now
        The time, UTC.
    """
    age_s = None if oldest.at is None else now - oldest.at
    said = f"open tasks: {oldest.open_tasks}"
    if age_s is not None:
        said += f", the oldest since {age_s / DAY_S:.1f} days"
    if not oldest.whole:
        said += " (`desk` was read in part only)"
    mend = (
        "kafka-configs --alter --entity-type topics --add-config retention.ms=..., and more workers"
    )
    short = {topic: kept for topic, kept in kept_s.items() if age_s is not None and kept < age_s}
    for topic, kept in short.items():
        yield broken(
            RETENTION,
            f"{said}; {topic} keeps records for {kept / DAY_S:.1f} days only: some are gone",
            mend,
        )
    for topic, kept in kept_s.items():
        if topic not in short and kept < give_up_s:
            yield warning(
                RETENTION,
                f"{topic} keeps records for {kept / DAY_S:.1f} days, and a task may be open for"
                f" {give_up_s / DAY_S:.1f} (policy.give_up_s)",
                mend,
            )
    if not short:
        yield ok(RETENTION, said)


def _read(decode: Callable[[bytes], T], value: bytes) -> T | None:
    try:
        return decode(value)
    except (ValueError, RecursionError):
        return None
