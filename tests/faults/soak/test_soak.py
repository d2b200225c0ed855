"""A soak in short: days on the embedded log, minutes on Kafka; `bench/soak.py` has the long one.

It runs with `make faults-long` alone: every minute of it is a minute.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.length import LONG
from tests.faults.processes import ROOT
from tests.faults.soak.memory import grown
from tests.faults.soak.release import release_before
from tests.faults.soak.soak import BEFORE, NOW, Soak
from tests.faults.soak.week import live_a_week

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broker.broker import Broker

pytestmark = pytest.mark.slow

MINUTES = 5.0
FLAT = 0.1
"""Largest growth from the middle third of a life to the last."""


def test_days_on_the_embedded_log_lose_and_double_nothing(tmp_path: Path) -> None:
    """With a worker that starts anew every morning, and a night that nobody believes at first."""
    lived = live_a_week(tmp_path / "log.db", tasks_a_step=4, days=7 if LONG else 2)
    assert lived.decisions > 2 * lived.tasks
    assert not LONG or grown(lived.megabytes) < FLAT


@pytest.mark.kafka
@pytest.mark.skipif(not LONG, reason="minutes long: make faults-long")
def test_minutes_on_kafka_lose_and_double_nothing(broker: Broker, tmp_path: Path) -> None:
    before = release_before(tmp_path / "before")
    trees = {NOW: ROOT} | ({BEFORE: before} if before else {})
    soaked = Soak(broker.address, tmp_path, trees).run(MINUTES)
    assert soaked.happened["group deleted"] == 2
    assert before is None or soaked.happened["upgrade"] == 2
    assert all(growth < FLAT for growth in soaked.growth.values())
