"""What doctor finds in a log, whichever it is: what was learned, what refused, and its clock.

Rule: each reads for a limited time, and says so if there was more.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import NewerVersion
from bandit.events import Tick
from streams.deadletters import letter_in
from streams.doctor.findings import Finding, broken, ok, warning
from streams.showing import counted
from streams.snapshots import Snapshots
from streams.topics import DEADLETTERS, LABELS, REWARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log import Log, Record
    from streams.snapshots import Snapshot

LEARNER, LETTERS, CLOCK = "learner", "dead letters", "clock"
BATCH = 1000
LAST = 200
"""Offsets at the end of each partition, among which a worker's newest tick is looked for."""

AHEAD_S = 2.0
"""Clocks that are kept in step differ by some milliseconds."""

SILENT_S = 60.0
"""Workers write a tick a second, unless told otherwise."""

_decode_tick = msgspec.json.Decoder(Tick).decode


def learner(log: Log, max_age_s: float, now: float) -> Iterator[Finding]:
    """Say how old the newest snapshot is, whether it is whole, and what came since."""
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        whole = next(snapshots.newest_first(), None)
        last = snapshots.next_id() - 1
    if whole is not None and (newer := _newer(whole)):
        yield broken(LEARNER, newer, "start the newer poolwise; the way back: docs/operator.md")
        return
    with closing(log.follow(REWARDS, 0, whole.position if whole else 0)) as rewards:
        first = rewards.position
        unlearned = max(0, rewards.end() - first)
        lost = rewards.lost()
    start = "start a learner: poolwise learn, or a worker without --follow"
    for one in lost:
        yield broken(
            LEARNER,
            f"rewards {one.first} to {one.end - 1} were deleted before they were learned",
            "keep rewards longer (retention.ms), and run the learner always",
        )
    if whole is None:
        if last >= 0:
            yield broken(
                LEARNER,
                "no snapshot is whole: all would be learned anew from the rewards"
                + (f", of which those before {first} were deleted" if first else ""),
                "poolwise control LOG --learning --relearn" if first else start,
            )
        elif unlearned:
            yield warning(LEARNER, f"no snapshot yet, and about {unlearned} rewards wait", start)
        else:
            yield ok(LEARNER, "nothing to learn yet")
        return
    manifest = whole.manifest
    if manifest.id != last:
        yield warning(
            LEARNER,
            f"snapshot {last} is damaged; {manifest.id} is used, and the rewards after it",
            "nothing, if the next one is whole; look at who else writes to models",
        )
    age_s = None if manifest.at is None else now - manifest.at
    aged = "of unknown age" if age_s is None else f"{age_s:.0f} s old"
    said = f"snapshot {manifest.id} is whole, {aged}; it knows {manifest.learned} rewards"
    said += f", about {unlearned} wait"
    if age_s is not None and age_s > max_age_s:
        yield warning(LEARNER, said, f"worker.max_model_age_s = {max_age_s:g}: {start}")
    else:
        yield ok(LEARNER, said)


def _newer(snapshot: Snapshot) -> str | None:
    """Say that a newer poolwise saved a snapshot; `None` if this one reads it."""
    try:
        snapshot.brain()
    except NewerVersion as error:
        return str(error)
    return None


def dead_letters(log: Log, shown: str, limit_s: float) -> Iterator[Finding]:
    """Say how many there are, and which rules they broke."""
    rules: Counter[str] = Counter()
    until, more = time.monotonic() + limit_s, ""
    for partition in range(log.partitions(DEADLETTERS)):
        with closing(log.follow(DEADLETTERS, partition)) as reader:
            end = reader.end()
            while reader.position < end and not more:
                rules.update(map(_rule, reader.poll(BATCH, 0.1)))
                more = " or more" if time.monotonic() > until else ""
    if not rules:
        yield ok(LETTERS, "none")
        return
    most = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(5))
    yield warning(
        LETTERS,
        f"{rules.total()}{more}; most of them: {most}",
        f"poolwise tail {shown} deadletters; mend the cause; then poolwise feed {shown}"
        " --from-deadletters",
    )


def clock(log: Log, now: float, members: int | None = None) -> Iterator[Finding]:
    """Compare this machine's clock with the newest tick, which a worker's clock wrote.

    Kafka itself tells nobody what time it has. `members` is how many workers are in the group, if
    that is known.
    """
    newest = max(
        (at for partition in range(log.partitions(LABELS)) for at in _ticks(log, partition)),
        default=None,
    )
    if newest is None:
        yield ok(CLOCK, "no tick in labels to compare with")
    elif newest > now + AHEAD_S:
        yield warning(
            CLOCK,
            f"the newest tick is {newest - now:.1f} s ahead of this machine's clock",
            "let NTP keep the clocks of all machines",
        )
    elif members and now - newest > SILENT_S:
        yield warning(
            CLOCK,
            f"the newest tick is {now - newest:.0f} s behind this machine's clock, and the group"
            f" has {counted(members, 'member')}",
            "let NTP keep the clocks of all machines; if it does, the workers are stuck",
        )
    else:
        yield ok(CLOCK, f"the newest tick is {now - newest:.1f} s old by this machine's clock")


def _ticks(log: Log, partition: int) -> Iterator[float]:
    """Yield the times of the last ticks in a partition of `labels`."""
    with closing(log.follow(LABELS, partition)) as reader:
        end = reader.end()
    with closing(log.follow(LABELS, partition, max(0, end - LAST))) as reader:
        while reader.position < end:
            records = reader.poll(BATCH, 0.2)
            yield from (at for at in map(_tick, records) if at is not None)
            if not records and reader.position < end:
                return  # what follows is not committed yet


def _tick(record: Record) -> float | None:
    try:
        return _decode_tick(record.value or b"").at
    except (ValueError, RecursionError):  # another event, or none
        return None


def _rule(record: Record) -> str:
    letter = letter_in(record)
    return "unreadable" if letter is None else letter.rule
