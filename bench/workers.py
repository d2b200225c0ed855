"""One worker against two that share a group, on one machine with the broker.

    python bench/workers.py [--tasks 20000] [--rounds 3] [--partitions 4]

The workers follow a learner that is not there, so that nobody learns while they are timed: as many
processes as workers, with the partitions dealt before the first task is read. Prints how busy the
processors were, and with what, and then

    ratio two_workers_to_one   tasks a second through two workers / through one
"""

from __future__ import annotations

import sys
from pathlib import Path

# Beside this file lies one named kafka, which must not stand before kafka-python.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import multiprocessing
import os
import statistics
import time
from typing import TYPE_CHECKING, NamedTuple

from bench import worker as bench_worker
from bench.kafka import BATCH, SETTINGS, Bench
from streams.config.config import WorkerSettings
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.process.garbage import scan_less
from streams.worker.worker import Worker
from tests.broker.broker import Broker

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized
    from multiprocessing.synchronize import Event

TICKS_A_S = os.sysconf("SC_CLK_TCK")


class Crew(NamedTuple):
    """What the processes say to each other."""

    feeding: Event
    go: Event
    done: Event


class Hand(NamedTuple):
    """What one worker says of itself."""

    held: Synchronized[int]
    handled: Synchronized[int]
    cpu_s: Synchronized[float]


def work(address: str, number: int, partitions: int, crew: Crew, hand: Hand) -> None:
    """Hold partitions until there is something to do, then do it."""
    log = KafkaLog(address, LogSettings(instance=f"w{number}"))
    settings = WorkerSettings(batch_records=BATCH, max_open=10**9)
    worker = Worker(log, engine_maker(SETTINGS, partitions), settings, follow=True)
    scan_less()
    before = worker.handled
    while not crew.feeding.is_set():
        before = worker.handled  # the last step may take in the first of what is fed
        worker.step(0.1)
        hand.held.value = len(worker.held()) if worker.restored() else 0
    crew.go.wait()
    before_s = time.process_time()
    while not crew.done.is_set():
        worker.step(0.05)
        hand.handled.value = worker.handled - before
        hand.cpu_s.value = time.process_time() - before_s
    worker.close()
    log.close()


def cpu_s(process: int) -> float:
    """Seconds that a process has used of the processors."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_S


class Took(NamedTuple):
    """Seconds for all tasks: by the clock, and of the processors by whom."""

    wall_s: float
    workers_s: float
    broker_s: float


def through(broker: Broker, count: int, tasks: int, partitions: int) -> Took:
    """Let `count` workers work through the tasks."""
    bench = Bench(broker, partitions, "gzip")
    context = multiprocessing.get_context("spawn")
    crew = Crew(context.Event(), context.Event(), context.Event())
    hands = [Hand(*(context.Value(kind, 0) for kind in "iid")) for _ in range(count)]
    processes = [
        context.Process(target=work, args=(bench.address, number, partitions, crew, hand))
        for number, hand in enumerate(hands)
    ]
    for process in processes:
        process.start()
    share = 2 * partitions // count  # of tasks and labels
    while any(hand.held.value != share for hand in hands):
        time.sleep(0.1)
        assert all(process.is_alive() for process in processes)
    crew.feeding.set()
    inputs = bench.tasks(bench_worker.tasks_of(tasks, 1))
    began, broker_began_s = time.perf_counter(), cpu_s(broker.pid)
    crew.go.set()
    while sum(hand.handled.value for hand in hands) < inputs:
        time.sleep(0.005)
        assert all(process.is_alive() for process in processes)
    wall_s, broker_s = time.perf_counter() - began, cpu_s(broker.pid) - broker_began_s
    crew.done.set()
    for process in processes:
        process.join()
    bench.log.close()
    return Took(wall_s, sum(hand.cpu_s.value for hand in hands), broker_s)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    options = parser.parse_args()
    if options.partitions % 2:
        parser.error("--partitions: an even number, so that two workers have as many each")
    ratios = []
    with Broker() as broker:
        through(broker, 1, options.tasks, options.partitions)  # warms up, and isn't counted
        for _ in range(options.rounds):
            one, two = (through(broker, n, options.tasks, options.partitions) for n in (1, 2))
            ratios.append(one.wall_s / two.wall_s)
            for count, took in ((1, one), (2, two)):
                print(
                    f"{count} of them: {options.tasks / took.wall_s:7,.0f} tasks a second;"
                    f" processors busy with workers {took.workers_s / took.wall_s:.2f},"
                    f" with the broker {took.broker_s / took.wall_s:.2f}, of {os.cpu_count()}"
                )
    print(f"ratio two_workers_to_one {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
