"""Checks of the age of the records in a log file, and of the size that they give it."""

from __future__ import annotations

import shlex
from contextlib import closing
from typing import TYPE_CHECKING

from streams.doctor.findings import DoctorFinding, ok, warning
from streams.log.log import Place
from streams.log.retention import KEEP
from streams.process.moment import moment
from streams.prune.age import dated
from streams.prune.space import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.embedded.log import EmbeddedLog

AGE = "age"
LARGE_BYTES = 1 << 30
"""From this size on, records that are older than recommended are worth a warning."""


def age(log: EmbeddedLog, shown: str, now: float) -> Iterator[DoctorFinding]:
    """Report the age of the oldest record, and what to prune if the file is large."""
    dated_s = {topic: list(_ages_s(log, topic, now)) for topic in KEEP}
    ages_s = {topic: max(ages) for topic, ages in dated_s.items() if ages}
    old = {topic: age_s for topic, age_s in ages_s.items() if age_s > KEEP[topic].seconds}
    size = size_of(log)
    summary = f"oldest record of {moment(now - max(ages_s.values()))}" if ages_s else "no records"
    summary += f"; file size: {size.n_bytes / 1e6:.1f} MB, {size.free / 1e6:.1f} MB of it reusable"
    if not old or size.n_bytes - size.free < LARGE_BYTES:
        yield ok(AGE, summary)
        return
    topics = ", ".join(f"{topic} ({KEEP[topic].days:.0f} days)" for topic in old)
    yield warning(
        AGE,
        f"{summary}; topics with records older than recommended: {topics}",
        f"see what can be deleted: poolwise prune {shlex.quote(shown)} --before 30d --dry-run (add"
        " --archive FOLDER to keep what your archive lacks)",
    )


def _ages_s(log: EmbeddedLog, topic: str, now: float) -> Iterator[float]:
    """Yield the age of the first record of each partition, where the record has a time."""
    for partition in range(log.partitions(topic)):
        place = Place(topic, partition)
        with closing(log.follow(*place)) as reader:
            for record in reader.poll(1, 0.0):
                _, at = dated(record.value)
                if at is not None:
                    yield now - at
