"""Checks of a log's contents, in a file or on Kafka: the learner's snapshots and dead letters.

Rule: each reads for a limited time, and reports if there was more.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import NewerVersion
from streams.doctor.findings import DoctorFinding, broken, duration, ok, warning
from streams.doctor.letter_causes import todo
from streams.learner.snapshots import Snapshots
from streams.log.deadletters import letter_in
from streams.log.topics import DEADLETTERS, REWARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.learner.snapshots import Snapshot
    from streams.log.log import Log, Record

LEARNER, LETTERS = "learner", "dead letters"
BATCH = 1000


def learner(log: Log, shown: str, max_age_s: float, now: float) -> Iterator[DoctorFinding]:
    """Check the age and integrity of the newest snapshot, and count the rewards after it.

    `shown` is the log's address in a command.
    """
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        whole = next(snapshots.newest_first(), None)
        last = snapshots.next_id() - 1
    if whole is not None and (newer := _newer(whole)):
        yield broken(
            LEARNER, newer, "run the newer poolwise; how to go back to this one: docs/operator.md"
        )
        return
    with closing(log.follow(REWARDS, 0, whole.position if whole else 0)) as rewards:
        first = rewards.position
        unlearned = max(0, rewards.end() - first)
        losses = rewards.lost()
    start = f"start a learner: poolwise learn {shown}, or a worker without --follow"
    for loss in losses:
        yield broken(
            LEARNER,
            f"rewards at offsets {loss.first} to {loss.end - 1} were deleted before they were"
            " learned",
            "keep rewards longer (retention.ms of the topic), and keep a learner running",
        )
    if whole is None:
        if last >= 0:
            yield broken(
                LEARNER,
                "no complete snapshot: the model has to be learned again from the rewards"
                + (f", of which those before offset {first} were deleted" if first else ""),
                f"poolwise control {shown} --learning --relearn; if none is running, {start}",
            )
        elif unlearned:
            waiting = counted(unlearned, "reward")
            yield warning(LEARNER, f"no snapshot yet; about {waiting} not learned yet", start)
        else:
            yield ok(LEARNER, "no rewards to learn from yet")
        return
    manifest = whole.manifest
    if manifest.id != last:
        yield warning(
            LEARNER,
            f"snapshot {last} is damaged; snapshot {manifest.id} and the rewards after it are used",
            "nothing, if the next snapshot is complete; else check which other programs write to"
            " topic models",
        )
    age_s = None if manifest.at is None else max(0.0, now - manifest.at)
    age = "age unknown" if age_s is None else f"{duration(age_s)} old"
    summary = f"snapshot {manifest.id} is complete, {age}; {counted(manifest.learned, 'reward')}"
    summary += (
        f" learned, about {unlearned:,} more to learn"
        if unlearned
        else " learned, none left to learn"
    )
    if age_s is not None and age_s > max_age_s:
        yield warning(
            LEARNER, summary, f"older than worker.max_model_age_s = {max_age_s:g}: {start}"
        )
    else:
        yield ok(LEARNER, summary)


def _newer(snapshot: Snapshot) -> str | None:
    """Return the error of a snapshot that a newer poolwise saved; `None` if it can be read."""
    try:
        snapshot.brain()
    except NewerVersion as error:
        return str(error)
    return None


def dead_letters(log: Log, shown: str, limit_s: float) -> Iterator[DoctorFinding]:
    """Count dead letters, by the rules that they broke."""
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
    frequent = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(5))
    yield warning(
        LETTERS,
        f"{rules.total()}{more}; most frequent rules: {frequent}",
        todo(rules, shown),
    )


def _rule(record: Record) -> str:
    letter = letter_in(record)
    return "unreadable" if letter is None else letter.rule
