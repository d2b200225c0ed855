"""What doctor finds in a log, whichever it is: what was learned, and what refused.

Rule: each reads for a limited time, and says so if there was more.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.errors import NewerVersion
from streams.doctor.findings import Finding, broken, ok, warning
from streams.learner.snapshots import Snapshots
from streams.log.deadletters import letter_in
from streams.log.topics import DEADLETTERS, REWARDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.learner.snapshots import Snapshot
    from streams.log.log import Log, Record

LEARNER, LETTERS = "learner", "dead letters"
BATCH = 1000


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


def _rule(record: Record) -> str:
    letter = letter_in(record)
    return "unreadable" if letter is None else letter.rule
