"""The worker on a real Kafka against a raw kafka-python loop with the same records, in one run.

    python bench/kafka.py [--tasks 10000] [--rounds 3] [--partitions 4] [--follow]
                          [--compression none|gzip|zstd]

One label a task, gold for every task, five pools, as in `bench/worker.py`. The raw loop consumes
the same tasks, labels and gold from the same topics and produces byte for byte what the worker
wrote, desk records included, in transactions of as many records with the same positions; it decides
and learns nothing. Both have the same settings of kafka-python, and compress alike. Prints
microseconds per task, by part for the worker, bytes per task on the broker by topic, then

    ratio worker_to_raw_kafka       tasks a second through the worker / through the raw loop
    ratio worker_to_raw_kafka_cpu   the same by the time of the processor, which a busy machine
                                    disturbs less
"""

from __future__ import annotations

import sys
from pathlib import Path

# This folder has a module named kafka, this one, which must not stand before kafka-python.
sys.path[0] = str(Path(__file__).resolve().parents[1])

import argparse
import statistics
import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
from kafka import KafkaConsumer, KafkaProducer
from kafka.record import default_records
from kafka.structs import OffsetAndMetadata

from bandit.desk import desk
from bandit.engine.engine import Engine
from bandit.events import Ask, Pool, Tick
from bandit.learn import accuracy, quality
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, Settings
from bench import worker as bench_worker
from streams.config.config import WorkerSettings
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.kafka_log import compression
from streams.kafka_log.compression import NUMBERS, Codec
from streams.kafka_log.follower import GROUP_READING
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.member import KafkaMember
from streams.kafka_log.producer import BATCH_BYTES, LINGER_MS, REQUEST_BYTES, RETRY_MS
from streams.kafka_log.topics import create_topics
from streams.log.codec import InputDecoder, encode
from streams.log.log import NewRecord, read_to_end
from streams.log.topics import ASKS, DECISIONS, DESK, LABELS, POOLS, REWARDS, TASKS, VERDICTS
from streams.process.garbage import scan_less
from streams.worker import intake
from streams.worker.worker import Worker
from tests.broker.broker import Broker
from tests.broker.log_bytes import bytes_by_topic

if TYPE_CHECKING:
    from collections.abc import Callable

BATCH = 1000
SETTINGS = Settings(policy=PolicySettings(max_labels=1))
OUTPUTS = (ASKS, DECISIONS, REWARDS, VERDICTS, DESK)


class Bench:
    """Topics of their own, and who feeds them."""

    def __init__(self, broker: Broker, partitions: int, codec: Codec) -> None:
        self.settings = LogSettings(instance="bench", compression=codec)
        self.address = f"kafka://{broker.address}/bench-{uuid4().hex[:8]}"
        self.servers = broker.address
        self.log = KafkaLog(self.address, LogSettings(compression=codec))
        create_topics(self.log, partitions, 1)
        self.partitions = partitions
        pools = [Pool(pool=p, at=0.0, usd_per_label=u) for p, u in bench_worker.POOLS_OF.items()]
        self.log.write([bench_worker.record(pool, POOLS) for pool in pools])

    def feed(self, records: list[NewRecord]) -> None:
        for start in range(0, len(records), BATCH):
            self.log.write(records[start : start + BATCH])

    def tasks(self, tasks: list[Any]) -> int:
        tick = encode(Tick(at=tasks[-1].at))
        ticks = [NewRecord(LABELS, None, tick, part) for part in range(self.partitions)]
        self.feed([*ticks, *(bench_worker.record(task, TASKS) for task in tasks)])
        return len(tasks) + self.partitions

    def labels(self, at: float) -> int:
        decode = msgspec.json.Decoder(Ask).decode
        asks = [decode(value or b"") for _, value, _ in self.written(ASKS)]
        new = bench_worker.answers(asks, at)
        self.feed(new)
        return len(new)

    def written(self, topic: str) -> list[tuple[bytes | None, bytes | None, int]]:
        found = []
        for part in range(self.log.partitions(topic)):
            reader = self.log.follow(topic, part)
            for records in read_to_end(reader, 5000):
                found += [(one.key, one.value, part) for one in records]
            reader.close()
        return found


class Spent:
    """Seconds by the clock and by the processor, of all threads of this process."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


def through_the_worker(bench: Bench, tasks: list[Any], *, follow: bool) -> tuple[Spent, int]:
    """What the worker took for how many records; joining and feeding aren't counted."""
    log = KafkaLog(bench.address, bench.settings)
    make = engine_maker(SETTINGS, bench.partitions)
    settings = WorkerSettings(batch_records=BATCH, max_open=10 * len(tasks))
    worker = Worker(log, make, settings, follow=follow)
    scan_less()
    while not (worker.held() and worker.restored() and worker.idle()):
        worker.step(0.2)
    spent = Spent()
    inputs = bench.tasks(tasks)
    drain(worker, inputs, spent)
    labels = bench.labels(tasks[-1].at)
    drain(worker, labels, spent)
    assert worker.figures()["verdicts"] >= len(tasks), worker.figures()
    worker.close()
    log.close()
    return spent, inputs + labels


def drain(worker: Worker, records: int, spent: Spent) -> None:
    until = worker.handled + records
    with spent:
        while worker.handled < until:
            worker.step(0.1)


def through_the_raw_loop(bench: Bench, inputs: int) -> Spent:
    """What consuming and producing the same took."""
    codec = bench.settings.compression
    outputs = [(t, *one) for t in OUTPUTS for one in bench.written(t)]
    names = {topic: bench.log.names.on_broker(topic) for topic in OUTPUTS}
    consumer = KafkaConsumer(
        bootstrap_servers=bench.servers,
        group_id=f"raw-{uuid4().hex}",
        **GROUP_READING | {"auto_offset_reset": "earliest"},
    )
    consumer.subscribe([bench.log.names.on_broker(topic) for topic in (TASKS, LABELS)])
    producer = KafkaProducer(
        bootstrap_servers=bench.servers,
        transactional_id=f"raw-{uuid4().hex}",
        batch_size=BATCH_BYTES,
        linger_ms=LINGER_MS,
        max_request_size=REQUEST_BYTES,
        compression_type=None if codec == "none" else codec,
        metrics_enabled=False,
    )
    producer._sender.config["retry_backoff_ms"] = RETRY_MS
    producer.init_transactions()
    while not consumer.assignment():
        consumer.poll(100, max_records=1)
    for place in consumer.assignment():
        consumer.seek(place, 0)
    share = len(outputs) / inputs
    done = written = 0
    spent = Spent()
    with spent:
        while done < inputs:
            polled = consumer.poll(100, max_records=BATCH)
            member = consumer.group_metadata()
            count = sum(map(len, polled.values()))
            if not count:
                continue
            done += count
            upto = len(outputs) if done >= inputs else int(done * share)
            producer.begin_transaction()
            for topic, key, value, part in outputs[written:upto]:
                producer.send(names[topic], value, key, partition=part)
            written = upto
            offsets = {
                place: OffsetAndMetadata(records[-1].offset + 1, "", -1)
                for place, records in polled.items()
            }
            producer.send_offsets_to_transaction(offsets, member)
            producer.commit_transaction()
    consumer.close(autocommit=False)
    producer.close(timeout=3)
    return spent


def timed_parts(run: Callable[[], object]) -> dict[str, float]:
    """Seconds by part of the worker, from timers around them; the threads of kafka-python share."""
    timers = bench_worker.Timers()
    around = timers.around
    around(Worker, "step", "worker loop")
    around(KafkaMember, "poll", "kafka-python: consume")
    around(KafkaMember, "commit", "kafka-python: produce, commit")
    around(KafkaLog, "follow", "kafka-python: followers")
    for name in ("predict", "learn"):
        around(quality.QualityModel, name, "Vowpal Wabbit, text included")
        around(accuracy.Accuracy, name, "River")
    around(intake, "encode", "ours: JSON")
    around(InputDecoder, "decode", "ours: JSON")
    around(desk.Desk, "changes", "ours: desk records")
    around(Engine, "receive", "ours: desk, beliefs, policy")
    around(Brain, "learn", "ours: records, calibration")
    run()
    return timers.spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--compression", choices=NUMBERS, default="gzip")
    parser.add_argument("--follow", action="store_true", help="a worker that doesn't learn")
    options = parser.parse_args()
    tasks = bench_worker.tasks_of(options.tasks, 1)
    default_records.gzip_encode, default_records.zstd_encode = compression._gzip, compression._zstd
    ours, theirs = [], []
    with Broker() as broker:
        for _ in range(options.rounds):
            bench = Bench(broker, options.partitions, options.compression)
            spent, inputs = through_the_worker(bench, tasks, follow=options.follow)
            ours.append(spent)
            sizes = bytes_by_topic(bench.log)
            theirs.append(through_the_raw_loop(bench, inputs))
            bench.log.close()
        bench = Bench(broker, options.partitions, options.compression)
        parts = timed_parts(lambda: through_the_worker(bench, tasks, follow=options.follow))
        bench.log.close()
    us = 1e6 / len(tasks)
    print(f"{options.tasks} tasks, {options.rounds} rounds, microseconds per task")
    for name, all_spent in (("worker", ours), ("raw loop", theirs)):
        walls = [round(one.wall * us, 1) for one in all_spent]
        cpus = [round(one.cpu * us, 1) for one in all_spent]
        print(f"  {name:9} {statistics.median(walls):7.1f} {walls}")
        print(f"  of which on the processor {statistics.median(cpus):7.1f} {cpus}")
    print("by part, with timers:")
    for part, seconds in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"  {part:32} {seconds * us:8.1f}")
    print(f"bytes on the broker, {options.compression}:")
    for topic, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"  {topic:32} {size / len(tasks):8.1f}")
    pairs = list(zip(ours, theirs, strict=True))
    wall = statistics.median(raw.wall / own.wall for own, raw in pairs)
    cpu = statistics.median(raw.cpu / own.cpu for own, raw in pairs)
    print(f"ratio worker_to_raw_kafka {wall:.3f}")
    print(f"ratio worker_to_raw_kafka_cpu {cpu:.3f}")


if __name__ == "__main__":
    main()
