"""A pool that is full: what is worth most is asked about first, whoever restarts meanwhile."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bandit.events import Ask, Pool
from streams.embedded.log import EmbeddedLog
from tests.streams.scenes import events, task, worker, write

if TYPE_CHECKING:
    from pathlib import Path

FULL = Pool(pool="a", at=0.0, usd_per_label=0.02, capacity_per_hour=3600.0, ask_timeout_s=1e6)
CHEAP, DEAR, BUCKET = 5000, 20, 300


def test_tasks_of_great_worth_pass_a_backlog_and_a_restart(tmp_path: Path) -> None:
    """One ask a second for two partitions, and two projects: 20 need at most some 40 s."""
    now = [0.0]
    with closing(EmbeddedLog(tmp_path / "log.db", 2, create=True, synchronous="NORMAL")) as log:
        write(log, FULL, *(task(f"cheap{n}") for n in range(CHEAP)))

        def work(until: float) -> None:
            with closing(worker(log, clock=lambda: now[0])) as one:
                one.run(until_idle=True)
                while now[0] < until:
                    now[0] += 1.0
                    one.run(until_idle=True)

        work(1.0)
        dear = [
            task(f"dear{n}", project="pq"[n % 2], value_usd=100.0, deadline_at=60.0)
            for n in range(DEAR)
        ]
        write(log, *dear)
        work(15.0)
        work(50.0)
        asks = events(log, "asks", Ask)
        assert BUCKET + 45 <= len(asks) <= BUCKET + 50
        assert len({ask.task for ask in asks}) == len(asks)
        assert sum(ask.task.startswith("dear") for ask in asks) == DEAR
