"""Fault 33: after an outage all open asks have expired; they are worked off in bounded memory."""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bandit.engine.engine import Engine
from bandit.events import Ask, Pool, Reward, Tick
from bandit.learn.brain import Brain
from streams.log.log import NewRecord
from tests.faults.audit import events
from tests.faults.kafka.test_silence import serving
from tests.faults.length import LONG
from tests.faults.processes import ROOT
from tests.faults.story import LOG, Story, wait_until
from tests.streams.monitor.test_endpoint import samples
from tests.streams.scenes import record, task

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

COUNT = 100_000 if LONG else 6_000
"""As many as may be open by default."""

LIFE_S = 1200 if LONG else 120
REST_S = 7200.0
"""Longer than asks are awaited, which is longer than all this takes."""

POOLS = (Pool(pool="a", at=0.0, usd_per_label=0.02, ask_timeout_s=3600.0),)
PARTITIONS = 2
FEATURES = {f"feature{number}": float(number) for number in range(18)}
ONE_AT_A_TIME = 1000
WORKER = f"[worker]\nmax_open = {COUNT + 1}\nrecover_s = 1.0\n"


def limit_mb() -> float:
    """What the manifest for Kubernetes allows a worker."""
    manifest = (ROOT / "docs" / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    found = re.search(r"limits: \{memory: (\d+)Gi\}", manifest)
    assert found is not None
    return 1024.0 * int(found[1])


def peak_mb(process: int) -> float:
    """The most memory that a process has held."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


def leave_open_asks(story: Story, count: int, at: float) -> None:
    """Write the desks that a worker leaves which asked so many times and then was gone."""
    settings = story.config().core
    engine = Engine(settings, Brain(settings), PARTITIONS)
    for one in POOLS:
        engine.receive(one)
    for partition in range(PARTITIONS):
        engine.receive(Tick(at=at), partition)
        engine.note_positions(partition, {"tasks": 0, "labels": 0})
    for number in range(count):
        engine.receive(task(f"t{number}", at=at, features=FEATURES), number % PARTITIONS)
        if number % ONE_AT_A_TIME == ONE_AT_A_TIME - 1 or number == count - 1:
            changes = engine.changes()
            story.log.write([NewRecord("desk", key, value, part) for part, key, value in changes])
            engine.keep()
    assert engine.open_asks() == count
    story.log.write([record(one) for one in POOLS])


def test_asks_that_expired_during_an_outage_are_worked_off_in_little_memory(
    broker: Broker, tmp_path: Path
) -> None:
    with closing(Story(broker.address, 0, PARTITIONS)) as story:
        leave_open_asks(story, COUNT, time.time() - REST_S)
        config = tmp_path / "poolwise.toml"
        config.write_text(story.toml(log=LOG, worker=WORKER), encoding="utf-8")
        with serving(tmp_path / "worker.log", "work", "--config", config) as worker:
            began = time.monotonic()
            story.log.write([record(task("new", at=time.time()))])

            def expired() -> bool:
                assert worker.process.poll() is None, (tmp_path / "worker.log").read_text()
                shown = samples(worker.port)  # before the first turn, of nothing that it did
                return shown.get("poolwise_records_written_total{topic=rewards}", 0) >= COUNT

            wait_until(expired, LIFE_S, "all asks have expired")
            took_s, peak = time.monotonic() - began, peak_mb(worker.process.pid)
            assert worker.figure("poolwise_commits_unknown_total") == 0
            assert worker.figure("poolwise_open_asks") == COUNT + 1
            worker.process.terminate()
            assert worker.process.wait(timeout=60) == 0
        print(f"{COUNT} asks in {took_s:.0f} s, {peak:.0f} MB at most")  # noqa: T201
        assert peak < limit_mb()
        names = {f"t{number}" for number in range(COUNT)}
        rewards = [one.task for one in events(story.log, "rewards", Reward)]
        assert len(rewards) == COUNT
        assert set(rewards) == names
        asks = list(events(story.log, "asks", Ask))
        assert {ask.task for ask in asks} == names | {"new"}
        assert len(asks) == COUNT + 1
        if LONG:  # what comes in is looked at in between, not behind all of it
            last = max(asks, key=lambda ask: ask.at)
            assert next(ask.at for ask in asks if ask.task == "new") < last.at - 1.0
