"""What a budget has spent is what the asks of all partitions cost, but for those without labels."""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.events import Ask, Control, Tick
from streams.clients.controlling import order
from streams.clients.feeding import tick_records
from streams.clients.spending import read_spending, spent_usd
from streams.log.codec import encode
from tests.streams.scenes import POOLS, events, label, new_log, task, worker, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

HOUR_S = 3600.0
PRICES = {pool.pool: pool.usd_per_label for pool in POOLS}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    with closing(new_log(tmp_path / "labels.db", 3)) as opened:
        yield opened


def work(log: EmbeddedLog, *at: float) -> None:
    """Set the time of all partitions to each of these in turn, and work."""
    with closing(worker(log)) as working:
        for time in at:
            log.write(tick_records(encode(Tick(at=time)), 3))
            while not working.idle():
                working.step(0.0)
        working.finish()


def cost(asks: list[Ask]) -> float:
    return math.fsum(PRICES[ask.pool] for ask in asks)


def test_what_was_spent_is_what_the_asks_cost(log: EmbeddedLog) -> None:
    """Of three partitions; those that expire give their price back, and a new hour begins at 0."""
    order(log, Control(at=0.0, project="p", usd_per_hour=5.0, usd_per_day=20.0, usd_total=50.0))
    write(log, *(task(f"t{number}") for number in range(12)))
    work(log, 1.0, 2.0)
    first = events(log, "asks", Ask)
    assert len({ask.task for ask in first}) == 12
    spent = spent_usd(read_spending(log), "p")
    assert spent == pytest.approx({"hour": cost(first), "day": cost(first), "total": cost(first)})
    write(log, *(label(ask, 3.0) for ask in first[:6]))
    work(log, 3.0)
    second = events(log, "asks", Ask)
    assert spent_usd(read_spending(log), "p")["hour"] == pytest.approx(cost(second))
    assert spent_usd(read_spending(log), "other") == {"hour": 0.0, "day": 0.0, "total": 0.0}
    work(log, 0.5 * HOUR_S, HOUR_S)  # what was asked has expired, and is asked again
    asks = [ask for ask in events(log, "asks", Ask) if ask.at >= HOUR_S]
    spent = spent_usd(read_spending(log), "p")
    assert spent["hour"] == pytest.approx(cost(asks)) != pytest.approx(0.0)
    assert spent["day"] == spent["total"] == pytest.approx(cost(first[:6]) + cost(asks))


def test_a_log_that_no_worker_has_seen_has_spent_nothing(log: EmbeddedLog) -> None:
    assert read_spending(log) == []
    assert spent_usd([], "p") == {"hour": 0.0, "day": 0.0, "total": 0.0}
