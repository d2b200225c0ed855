"""Faults 1 and 2: a worker on Kafka that is killed again and again loses and doubles nothing."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from streams.process.failpoints import FAILPOINTS
from tests.faults.crew import NEVER, Crew
from tests.faults.length import LONG
from tests.faults.processes import alive, end
from tests.faults.story import SEED, Story

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

LIFE_S = 120.0
RARE = ("snapshot", "restore")  # reached once or twice in a life: killed there the first time


def live(crew: Crew, story: Story, point: str, until_s: float) -> None:
    """Let a worker live until it dies at `point` or `until_s` is over."""
    process = crew.start("work", "w1", point)
    over = time.monotonic() + until_s
    while alive(process):
        story.keep_busy()
        if time.monotonic() > over:
            end(process)
        time.sleep(0.005)
    assert crew.status(process) == -signal.SIGKILL


def points(kills: int) -> list[str]:
    """Return points with the time at which each kills: every one once, the rest drawn."""
    names = [name for name in FAILPOINTS if "tick" not in name]  # this worker writes no ticks
    drawn = []
    for i in range(kills):
        name = names[i] if i < len(names) else names[int(draw(SEED, "point", i) * len(names))]
        times = 1 if name.endswith(RARE) else 1 + int(draw(SEED, "times", i) * 6)
        drawn.append(f"{name} {times}")
    return drawn


def test_kills_at_every_step_and_by_the_clock_lose_and_double_nothing(broker: Broker) -> None:
    kills_at_points, kills_by_clock, tasks = (80, 20, 20_000) if LONG else (14, 2, 600)
    story = Story(broker.address, tasks)
    with closing(story), Crew(story.toml()) as crew:
        for point in points(kills_at_points):
            started = time.monotonic()
            live(crew, story, point, LIFE_S)
            assert time.monotonic() - started < LIFE_S, f"{point} was not reached"
        for i in range(kills_by_clock):
            live(crew, story, NEVER, 0.5 + 1.5 * draw(SEED, "clock", i))
        assert story.labelers.fed < tasks, "the kills must fall while tasks still come"
        process = crew.start("work", "w1")
        story.run_out(lambda: alive(process), timeout_s=1800)
        assert crew.stop(process) == 0
        story.audit()
