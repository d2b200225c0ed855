"""`poolwise doctor` on positions: how long Kafka keeps them, and what workers do without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kafka.structs import OffsetAndMetadata

from bandit.events import Tick
from streams.log.topics import DEADLETTERS
from tests.streams.doctor.examined_log import ExaminedLog, summaries
from tests.streams.positions import forget, works, write_desks_as_before
from tests.streams.scenes import POOLS, task, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka

KEPT = "kept for 7.0 days after a group's last member has left (offsets.retention.minutes)"


@pytest.fixture(scope="module")
def examined(broker: Broker) -> Iterator[ExaminedLog]:
    """A log of two partitions that was worked on; each test leaves it without positions."""
    made = ExaminedLog(broker.address).made(2)
    write(made.log, *POOLS, *(task(f"t{i}") for i in range(8)), Tick(at=5.0))
    works(made.log)
    yield made
    made.log.close()


def of_positions(examined: ExaminedLog) -> list[tuple[str, str]]:
    """Return what is said of positions."""
    return summaries(examined.examine()["positions"])


def test_what_kafka_keeps_and_forgets_and_sets_back_is_said(examined: ExaminedLog) -> None:
    assert of_positions(examined) == [
        ("ok", f"{KEPT}; workers also store theirs in topic desk, where they do not expire")
    ]
    forget(examined.log)
    forgotten, kept = of_positions(examined)
    assert forgotten[0] == "warning"
    assert forgotten[1].startswith(
        "partitions 0, 1: group 'poolwise' has no committed offsets; workers"
    )
    assert kept[0] == "ok"
    places = {
        at: OffsetAndMetadata(0, "", -1) for at in examined.log.names.written_by_workers()[:1]
    }
    examined.log.admin.alter_group_offsets(examined.log.names.on_broker("poolwise"), places)
    levels = [level for level, _ in of_positions(examined)]
    assert levels == ["warning", "warning", "ok"]
    forget(examined.log)
    write_desks_as_before(examined.log)
    findings = examined.examine()["positions"]
    (broken,) = (finding for finding in findings if finding.level == "broken")
    assert broken.what.startswith("partitions 0, 1: there is state in topic desk, but neither")
    assert "workers refuse to start" in broken.what
    prefix = examined.prefix
    assert (
        f" --group {prefix}.poolwise --topic {prefix}.tasks:0,1 --topic {prefix}.labels:0,1"
        " --reset-offsets --to-datetime 1970-01-01T00:00:05.000 --dry-run;"
    ) in broken.todo


def test_dead_letters_that_would_be_sent_again_are_said(examined: ExaminedLog) -> None:
    """Which were sent is remembered by positions alone, and dead letters are kept for longer."""
    group = examined.log.names.on_broker("poolwise-deadletters-malformed")
    place = examined.log.names.place(DEADLETTERS, 0)
    examined.log.admin.alter_group_offsets(group, {place: OffsetAndMetadata(1, "", -1)})
    last = of_positions(examined)[-1]
    assert last[0] == "warning"
    assert last[1].startswith(
        f"{KEPT}, but dead letters for 90.0 days: after the shorter time, feed"
    )
