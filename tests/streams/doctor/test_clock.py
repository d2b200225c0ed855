"""The check of the clock compares each partition with the time at which it was read."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from streams.doctor.clock import clock
from streams.log.log import NewRecord
from tests.streams.scenes import new_log

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from streams.doctor.findings import DoctorFinding
    from streams.embedded.log import EmbeddedLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two partitions."""
    with closing(new_log(tmp_path / "labels.db", 2)) as opened:
        yield opened


def findings(
    log: EmbeddedLog, partition_times: Sequence[float], clock_times: Sequence[float]
) -> list[DoctorFinding]:
    """Check partitions with these times, while this machine's clock shows those, one a reading."""
    log.write(
        [
            NewRecord("desk", b"desk", b'{"now":%f}' % at, partition)
            for partition, at in enumerate(partition_times)
        ]
    )
    return list(clock(log, "labels.db", 30.0, now=iter(clock_times).__next__))


def test_a_check_that_takes_long_does_not_find_later_partitions_ahead(log: EmbeddedLog) -> None:
    (finding,) = findings(log, [1000.0, 1010.0], [1000.5, 1010.5])
    assert finding.level == "ok"
    assert finding.what == "the time of the partitions is up to 0.5 s behind this machine's clock"


def test_a_partition_that_is_a_little_ahead_is_not_a_negative_time_behind(
    log: EmbeddedLog,
) -> None:
    (finding,) = findings(log, [1001.0, 1001.0], [1000.0, 1000.0])
    assert finding.level == "ok"
    assert finding.what == "the time of the partitions is up to 0.0 s behind this machine's clock"
