"""Fault 25: a backlog far larger than what may be open is worked off in bounded memory."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Ask, Label, Task
from streams.log.codec import encode
from streams.log.log import NewRecord
from tests.faults.crew import Crew
from tests.faults.length import LONG
from tests.faults.processes import alive
from tests.faults.story import Story

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

BACKLOG, MAX_OPEN = (2_000_000, 200_000) if LONG else (40_000, 2_000)
MOST_MB, LIFE_S = (700, 900) if LONG else (400, 40)
AT_ONCE = 5000
ONE_LABEL = '[policy]\nname = "cheapest"\nlabels_per_task = 1\nmax_labels = 1\n'


def resident_mb(process: int) -> float:
    """Memory that a process holds."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def fill(story: Story, count: int) -> None:
    """Put tasks into the log before anybody works on them."""
    task = Task(task="", project="p", at=0.0, classes=("yes", "no"), value_usd=1.0)
    for start in range(0, count, AT_ONCE):
        new = [msgspec.structs.replace(task, task=f"b{i}") for i in range(start, start + AT_ONCE)]
        story.log.write([NewRecord("tasks", one.task.encode(), encode(one)) for one in new])


def test_a_backlog_is_worked_off_in_bounded_memory(broker: Broker) -> None:
    with closing(Story(broker.address, 0)) as story:
        fill(story, BACKLOG)
        asks = [story.log.follow("asks", part) for part in range(2)]
        decode = msgspec.json.Decoder(Ask).decode
        worker = f"[worker]\nmax_open = {MAX_OPEN}\n"
        config = story.toml(worker=worker).replace("[policy]\n", ONE_LABEL)
        with Crew(config) as crew:
            process = crew.start("work", "w1")
            peak, answered, unanswered = 0.0, 0, 0
            waiting: list[Ask] = []
            until = time.monotonic() + LIFE_S
            while time.monotonic() < until and answered < BACKLOG // 2:
                assert alive(process)
                for reader in asks:
                    waiting += [decode(one.value or b"") for one in reader.poll(AT_ONCE, 0.05)]
                peak, unanswered = max(peak, resident_mb(process)), max(unanswered, len(waiting))
                if len(waiting) < MAX_OPEN and answered == 0:
                    continue  # first as many as may be open
                now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
                labels = [
                    Label(
                        label=f"l-{ask.task}",
                        task=ask.task,
                        ask=ask.ask,
                        pool=ask.pool,
                        labeler=f"w{i % 50}",
                        answer="yes",
                        at=1.0,
                    )
                    for i, ask in enumerate(now)
                ]
                story.log.write(
                    [NewRecord("labels", one.task.encode(), encode(one)) for one in labels]
                )
                answered += len(labels)
            assert peak < MOST_MB, f"{peak:.0f} MB"
            # As many are open as may be, and a batch more; more answers than that: the lag falls.
            assert MAX_OPEN <= unanswered <= MAX_OPEN + 2 * 1000
            assert answered > MAX_OPEN + 2 * 1000, f"only {answered}"
            print(f"{peak:.0f} MB at most, {answered} of {BACKLOG} labels")  # noqa: T201
            assert crew.stop(process) == 0
