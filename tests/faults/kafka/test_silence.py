"""Fault 31: a broker that is silent, or dead, makes workers and the learner unready at once.

Both serve health and metrics, as processes, and go on when it is back.
"""

from __future__ import annotations

import gc
import json
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.faults.length import LONG
from tests.faults.story import Story, wait_until
from tests.streams.monitor.test_endpoint import get, samples
from tests.streams.verbs import start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SOON_S = 5.0
"""Half of the session's time-out is 2 s; the rest is this machine's."""

SILENT_S = 30.0 if LONG else 9.0
"""Longer than a commit may take, and than requests may."""


class Served(NamedTuple):
    """A process that serves its health."""

    process: subprocess.Popen[bytes]
    port: int

    def ready(self) -> bool:
        """Whether it is, and alive in any case."""
        assert self.process.poll() is None, "it has ended"
        assert get(self.port, "/healthz").status == 200
        return get(self.port, "/readyz").status == 200

    def reasons(self) -> list[str]:
        """Why it is not ready."""
        return [line.partition(":")[0] for line in get(self.port, "/readyz").text.splitlines()]

    def figure(self, name: str) -> float:
        """Return a metric."""
        return samples(self.port)[name]


@contextmanager
def serving(said: Path, *args: object) -> Iterator[Served]:
    """Start a verb, until it serves; what it says goes to a file, a pipe would fill."""
    options = ("--metrics-port", 0, "--log-format", "json")
    with said.open("wb") as file, start(*args, *options, stderr=file) as process:
        try:
            wait_until(lambda: b"\n" in said.read_bytes(), what="serving")
            first = json.loads(said.read_bytes().splitlines()[0])
            assert first["event"] == "serving"
            yield Served(process, first["port"])
        finally:
            process.kill()


@pytest.fixture
def mortal(start_broker: Callable[..., Broker]) -> Broker:
    """A broker of this test's own."""
    return start_broker()


@pytest.fixture
def story(mortal: Broker) -> Iterator[Story]:
    """Labelers on it."""
    with closing(Story(mortal.address, 1000)) as story:
        yield story
    gc.collect()  # sockets that kafka-python has left open, while that is overlooked


@contextmanager
def at_work(story: Story, folder: Path) -> Iterator[tuple[Served, Served]]:
    """A worker that follows, and a learner, both ready."""
    config = folder / "poolwise.toml"
    config.write_text(story.toml(), encoding="utf-8")
    with ExitStack() as both:
        learner = both.enter_context(serving(folder / "learner.log", "learn", "--config", config))
        worker = both.enter_context(
            serving(folder / "worker.log", "work", "--follow", "--config", config)
        )
        wait_until(lambda: worker.ready() and learner.ready(), what="both ready")
        yield worker, learner


def goes_on(story: Story, worker: Served, learner: Served) -> None:
    """Assert that both are ready, and that what comes now is decided and learned."""
    wait_until(lambda: worker.ready() and learner.ready(), what="both ready again")
    before = learner.figure("poolwise_rewards_learned_total")

    def learned() -> bool:
        story.keep_busy()
        return learner.figure("poolwise_rewards_learned_total") > before

    wait_until(learned, what="learning on")


def unready_while(
    both: tuple[Served, Served], fault: Callable[[], object], end: Callable[[], object]
) -> None:
    """Assert that both say so soon, as long as it lasts, and are alive."""
    worker, began = both[0], time.monotonic()
    unknown = worker.figure("poolwise_commits_unknown_total")
    fault()
    try:
        wait_until(
            lambda: all(not one.ready() and "log" in one.reasons() for one in both),
            SOON_S,
            f"unready after {fault.__name__}",
        )
        while time.monotonic() - began < SILENT_S:
            assert not any(one.ready() for one in both)
            time.sleep(0.2)
        wait_until(
            lambda: worker.figure("poolwise_commits_unknown_total") > unknown,
            30.0,  # it may wait for another answer first
            "a commit that is unknown",
        )
        assert worker.figure("poolwise_not_ready{reason=log}") == 1
    finally:
        end()


def test_a_broker_that_is_silent_or_dead_makes_both_unready_until_it_is_back(
    story: Story, mortal: Broker, tmp_path: Path
) -> None:
    with at_work(story, tmp_path) as both:
        goes_on(story, *both)
        for fault, end in ((mortal.pause, mortal.resume), (mortal.kill, mortal.start)):
            unready_while(both, fault, end)
            goes_on(story, *both)
