"""Tasks that are halted, by an order or for want of a pool, stop nobody else; on both logs."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bandit.engine.engine import Engine
from bandit.events import Ask, Control, Pool
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from tests.streams.scenes import POOLS, events, new_log, task, worker, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streams.log.log import Log
    from streams.worker.worker import Worker

PAUSE = Control(at=0.0, project="p", paused=True)
GO_ON = Control(at=0.0, project="p")
ES = Pool(pool="es", at=0.0, usd_per_label=0.02, skills=("es",))


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Return a log of one partition with two pools, in a file and on a real broker."""
    if request.param == "embedded":
        made: Log = new_log(tmp_path / "log.db", 1)
    else:
        broker = request.getfixturevalue("broker")
        made = KafkaLog(f"kafka://{broker.address}/{uuid4()}", LogSettings())
        create_topics(made, 1, 1)
        write(made, *POOLS)
    with closing(made):
        yield made


def turn(one: Worker, until: Callable[[], bool], most_s: float = 60.0) -> None:
    """Turn a worker's loop until something is so."""
    began = time.monotonic()
    while not until():
        assert time.monotonic() - began < most_s
        one.step(0.05)


def asked(log: Log) -> list[str]:
    return [f"{ask.project} {ask.task}" for ask in events(log, "asks", Ask)]


def test_a_paused_projects_backlog_stops_no_other_project_and_is_worked_off(log: Log) -> None:
    write(log, PAUSE, *(task(f"p{n}") for n in range(1500)))
    write(log, *(task(f"q{n}", project="q") for n in range(10)))
    with closing(worker(log, max_open=1000, clock=time.time)) as one:
        turn(one, lambda: one.figures()["asks"] >= 10)
        assert sorted(asked(log)) == [f"q q{n}" for n in range(10)]
        figures = one.figures()
        assert (figures["open_tasks"], figures["halted_tasks"], one.paused()) == (1510, 1500, None)
        write(log, GO_ON)
        turn(one, lambda: one.figures()["asks"] >= 1510)
        assert len(set(asked(log))) == 1510
        assert (one.figures()["halted_tasks"], one.paused()) == (0, "max_open")


def test_halted_tasks_have_a_limit_of_their_own(log: Log) -> None:
    write(log, PAUSE, *(task(f"p{n}") for n in range(300)))
    with closing(worker(log, max_halted=100, batch_records=50)) as one:
        turn(one, lambda: one.paused() == "max_halted")
        for _ in range(5):
            one.step(0.05)
        assert 100 <= one.figures()["halted_tasks"] < 100 + 2 * 50


def test_a_task_that_came_before_its_pool_is_asked_about_at_the_next_tick(log: Log) -> None:
    write(log, task("t", skills=("es",)))
    with closing(worker(log, clock=time.time)) as one:
        turn(one, lambda: one.figures()["halted_tasks"] == 1)
        assert isinstance(one.core, Engine)
        pools = one.core._desks.pools
        write(log, ES)
        turn(one, lambda: "es" in pools)
        known_at = one.core.now(0)
        turn(one, lambda: bool(asked(log)))
        (ask,) = events(log, "asks", Ask)
        assert known_at is not None
        assert ask.pool == "es"
        assert ask.at - known_at < 10.0  # ticks come every second, unless the machine is busy


def test_a_task_that_is_polled_just_after_its_pool_was_written_sees_it(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No tick comes, so it must be seen before the task is handled; a pause is seen as well."""
    monkeypatch.setattr("streams.worker.operations.CATCH_UP_S", 20.0)  # the machine may be busy
    polls = 0

    def before_each_poll(step: str) -> None:
        nonlocal polls
        if step == "before poll":
            polls += 1
            if polls == 3:
                time.sleep(0.3)  # what was asked of the broker before has been answered
                write(log, ES, PAUSE, task("t", project="q", skills=("es",)), task("u"))

    with closing(worker(log, failpoint=before_each_poll)) as one:
        turn(one, lambda: one.figures()["open_tasks"] == 2)
    assert asked(log) == ["q t"]
