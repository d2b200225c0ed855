"""The worker on the embedded log against a bare Vowpal Wabbit loop, in the same run.

    python bench/worker.py [--tasks 5000] [--rounds 3] [--compression zstd|none]

One label a task, gold for every task, five pools, eight numbers and a category a task; the policy's
quality model and the labelers' accuracy model learn from every label. The bare loop calls `predict`
and `learn` on strings of the same multi-line example and does nothing else. Prints microseconds per
task by part (measured with timers around the parts, in a run of its own), bytes per task in the
file, then

    ratio worker_to_bare_vw   tasks a second through the worker / through the bare loop
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
from vowpalwabbit import Workspace

from bandit.desk import desk
from bandit.engine.engine import Engine
from bandit.events import Ask, Gold, Label, Pool, Task, Tick
from bandit.learn import accuracy, quality
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, Settings
from streams.clients.address import open_log
from streams.config.config import WorkerSettings
from streams.config.log_settings import Compression, LogSettings
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.embedded.readers import EmbeddedMember
from streams.embedded.values import EmbeddedValues
from streams.log.codec import InputDecoder, encode
from streams.log.log import NewRecord
from streams.log.topics import ASKS, LABELS, POOLS, TASKS
from streams.process.garbage import scan_less
from streams.worker import intake
from streams.worker.worker import Worker

POOLS_OF = {f"pool-{k}": 0.02 + 0.03 * k for k in range(5)}
CLASSES = ("cat", "dog", "other")
BATCH = 1000


def tasks_of(count: int, seed: int) -> list[Task]:
    chance = random.Random(seed)
    return [
        Task(
            task=f"task-{i}",
            project="bench",
            at=float(i) / 100.0,
            classes=CLASSES,
            features={
                **{f"x{j}": round(chance.random(), 4) for j in range(8)},
                "lang": chance.choice(["en", "de", "fr"]),
            },
            value_usd=1.0,
        )
        for i in range(count)
    ]


def record(event: Pool | Task | Label | Gold | Tick, topic: str) -> NewRecord:
    key = getattr(event, "task", None) or getattr(event, "pool", None)
    return NewRecord(topic, key.encode() if key else None, encode(event))


def answers(asks: list[Ask], at: float) -> list[NewRecord]:
    """A label and the truth for each ask, by a hash of the task's number."""
    new = []
    for ask in asks:
        number = int(ask.task[5:])
        truth = CLASSES[number % 3]
        right = number * 7919 % 100 < 60 + 7 * int(ask.pool[5:])
        label = Label(
            label=f"l-{number}",
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=f"{ask.pool}-{number % 20}",
            answer=truth if right else CLASSES[(number + 1) % 3],
            at=at,
        )
        gold = Gold(task=ask.task, answer=truth, at=at)
        new += [record(label, LABELS), record(gold, LABELS)]
    return new


def through_the_worker(tasks: list[Task], folder: Path, compression: Compression) -> float:
    """Seconds that the worker took; writing tasks, labels and gold is not counted."""
    log_settings = LogSettings(compression=compression)
    settings = Settings(policy=PolicySettings(max_labels=1))
    spent = 0.0
    log = open_log(f"sqlite:{folder / 'bench.db'}", log_settings, create=True)
    log.write(
        [record(Pool(pool=p, at=0.0, usd_per_label=usd), POOLS) for p, usd in POOLS_OF.items()]
    )
    worker = Worker(log, engine_maker(settings, 1), WorkerSettings(batch_records=BATCH))
    scan_less()
    asks = log.follow(ASKS)
    decode = msgspec.json.Decoder(Ask).decode
    for start in range(0, len(tasks), BATCH):
        batch = tasks[start : start + BATCH]
        log.write([record(Tick(at=batch[-1].at), LABELS), *(record(t, TASKS) for t in batch)])
        spent += drain(worker)
        seen = [decode(ask.value or b"") for ask in asks.poll(10 * BATCH, 0.0)]
        log.write(answers(seen, batch[-1].at))
        spent += drain(worker)
    assert worker.figures()["verdicts"] >= len(tasks), worker.figures()
    assert worker.core.brain.position >= 2 * len(tasks), worker.core.brain.position
    worker.close()
    log.close()
    return spent


def drain(worker: Worker) -> float:
    begin = time.perf_counter()
    while not worker.idle():
        worker.step()
    return time.perf_counter() - begin


def bare_loop(tasks: list[Task]) -> float:
    """Seconds of `predict` and `learn` on strings of the same example, the text made beforehand."""
    vw = Workspace("--quiet --cb_adf --cb_type mtr -q tp -b 18")
    examples = []
    for number, task in enumerate(tasks):
        names = (
            f"{key}={value}" if isinstance(value, str) else f"{key}:{value}"
            for key, value in task.features.items()
        )
        shared = f"shared |t {' '.join(names)}"
        lines = [f"|p {pool} agreement:0.75 speed:0 expired:0 queue:0" for pool in POOLS_OF]
        labeled = [f"0:{-(number % 3 > 0)}:0.5 {lines[0]}", *lines[1:]]
        examples.append(("\n".join([shared, *lines]), "\n".join([shared, *labeled])))
    begin = time.perf_counter()
    for question, answer in examples:
        vw.predict(question)
        vw.learn(answer)
    return time.perf_counter() - begin


class Timers:
    """Seconds by part, from timers around them; what a part calls of another is not its own."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._stack: list[str] = []
        self._last = 0.0

    def around(self, owner: Any, name: str, part: str) -> None:
        inner = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            self._note()
            self._stack.append(part)
            try:
                return inner(*args, **kwargs)
            finally:
                self._note()
                self._stack.pop()

        setattr(owner, name, timed)

    def _note(self) -> None:
        now = time.perf_counter()
        if self._stack:
            self.spent[self._stack[-1]] += now - self._last
        self._last = now


def timed_parts(tasks: list[Task], folder: Path, compression: Compression) -> dict[str, float]:
    """Seconds of the worker by part."""
    timers = Timers()
    around = timers.around
    around(Worker, "step", "worker loop")
    for name in ("predict", "learn"):
        around(quality.QualityModel, name, "Vowpal Wabbit, text included")
        around(accuracy.Accuracy, name, "River")
    for name in ("poll", "commit"):
        around(EmbeddedMember, name, "embedded log")
    around(EmbeddedValues, "store", "embedded log: compression")
    around(EmbeddedLog, "write", "feeding, not counted")
    around(intake, "encode", "JSON")
    around(InputDecoder, "decode", "JSON")
    around(desk.Desk, "changes", "desk records")
    around(Engine, "receive", "engine: desk, beliefs, policy")
    around(Brain, "learn", "brain: records, calibration")
    through_the_worker(tasks, folder, compression)
    timers.spent.pop("feeding, not counted", None)
    return timers.spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--compression", choices=("zstd", "none"), default="zstd")
    options = parser.parse_args()
    tasks = tasks_of(options.tasks, 1)
    ours, theirs = [], []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            seconds = through_the_worker(tasks, Path(folder), options.compression)
            ours.append(seconds / len(tasks) * 1e6)
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
        theirs.append(bare_loop(tasks) / len(tasks) * 1e6)
    with tempfile.TemporaryDirectory() as folder:
        parts = timed_parts(tasks, Path(folder), options.compression)
    print(f"{options.tasks} tasks, {options.rounds} rounds, microseconds per task")
    print(f"  worker {statistics.median(ours):8.1f}   {[round(x, 1) for x in ours]}")
    print(f"  bare VW {statistics.median(theirs):7.1f}   {[round(x, 1) for x in theirs]}")
    print("by part, with timers:")
    for part, seconds in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"  {part:32} {seconds / len(tasks) * 1e6:8.1f}")
    print(f"bytes in the file {size / len(tasks):8.1f}")
    ratios = [bare / own for own, bare in zip(ours, theirs, strict=True)]
    print(f"ratio worker_to_bare_vw {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
