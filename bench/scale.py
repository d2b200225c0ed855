"""What open tasks cost: an event with few and with many of them open, and a restart with all.

    python bench/scale.py [--open 10000 100000 1000000] [--events 5000]

Open tasks are put into the topic `desk` of a real Kafka as a worker would have written them, each
with one ask that is awaited. A worker with an empty memory takes them over, which is timed, and its
memory looked at; then it works through tasks that are new, which is timed too. Prints

    ratio cost_of_an_event_N   cost of an event with N tasks open / with the fewest
"""

from __future__ import annotations

import sys
from pathlib import Path

# Beside this file lies one named kafka, which must not stand before kafka-python.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import resource
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from bandit.engine.engine import Engine
from bandit.events import Feature, Pool, Task
from bandit.learn.brain import Brain
from bandit.settings import Settings
from bandit.task.state import DeskState
from streams.config.config import WorkerSettings
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import DESK, LABELS, POOLS, TASKS
from streams.worker.worker import Worker
from tests.broker.broker import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL = Pool(pool="crowd", at=0.0, usd_per_label=0.02, ask_timeout_s=1e9)
AT_ONCE = 5000
PARTITIONS = 1


def task(name: str) -> Task:
    features: dict[str, Feature] = {f"x{j}": 0.5 for j in range(4)}
    return Task(
        task=name,
        project="bench",
        at=0.0,
        classes=("yes", "no"),
        features=features | {"lang": "en"},
        value_usd=1.0,
    )


def desk_records(count: int) -> Iterator[NewRecord]:
    """The desk of a worker that has asked once about each of `count` tasks."""
    settings = Settings()
    engine = Engine(settings, Brain(settings))
    engine.receive(POOL)
    engine.receive(task("open-00000000"))
    (key, value), *rest = [(key, value) for _, key, value in engine.changes() if b"open-" in key]
    assert not rest
    assert value is not None
    for i in range(count):
        name = b"open-%08d" % i
        yield NewRecord(
            DESK,
            key.replace(b"open-00000000", name),
            value.replace(b"open-00000000", name),
            0,
        )
    positions = {TASKS: 0, LABELS: 0}
    state = DeskState(now=0.0, open_tasks=count, in_flight={POOL.pool: count}, positions=positions)
    (header,) = [key for _, key, _ in engine.changes() if b"open-" not in key]
    yield NewRecord(DESK, header, msgspec.json.encode(state), 0)


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measured(broker: Broker, count: int, events: int) -> float:
    """Microseconds of an event with `count` tasks open; prints what a restart took."""
    address = f"kafka://{broker.address}/scale-{uuid4().hex[:8]}"
    log = KafkaLog(address, LogSettings(transaction_timeout_s=60, commit_timeout_s=60))
    create_topics(log, PARTITIONS, 1)
    log.write([NewRecord(POOLS, POOL.pool.encode(), encode(POOL))])
    batch: list[NewRecord] = []
    for record in desk_records(count):
        batch.append(record)
        if len(batch) == AT_ONCE:
            log.write(batch)
            batch = []
    log.write(batch)
    before_mb, began = resident_mb(), time.perf_counter()
    make = engine_maker(Settings(), PARTITIONS)
    worker = Worker(log, make, WorkerSettings(max_open=10 * count + events))
    while not (worker.held() and worker.restored() and worker.idle()):
        worker.step(0.05)
    took_s, grown_mb = time.perf_counter() - began, resident_mb() - before_mb
    assert worker.core.open_tasks() == count
    new = [task(f"new-{i}") for i in range(events)]
    for start in range(0, events, 1000):
        some = new[start : start + 1000]
        log.write([NewRecord(TASKS, one.task.encode(), encode(one)) for one in some])
    spent, until = time.process_time(), worker.handled + events
    while worker.handled < until:
        worker.step(0.05)
    us = (time.process_time() - spent) / events * 1e6
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:9,} open: taken over in {took_s:6.1f} s with {grown_mb:6.0f} MB more"
        f" (peak {peak_mb:,.0f} MB); {us:6.1f} us of the processor an event"
    )
    worker.close()
    log.close()
    return us


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--events", type=int, default=5000)
    options = parser.parse_args()
    with Broker() as broker:
        measured(broker, min(options.open), options.events)  # warms up, and isn't counted
        costs = {count: measured(broker, count, options.events) for count in sorted(options.open)}
    first = costs[min(costs)]
    for count, us in costs.items():
        print(f"ratio cost_of_an_event_{count} {us / first:.3f}")


if __name__ == "__main__":
    main()
