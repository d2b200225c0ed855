"""While the log can't be relied on, a loop says so, waits, and goes on where it was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bandit.errors import CommitUnknown, LogError
from bandit.events import Control
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.learner.learner_process import LearnerProcess
from streams.worker.worker import Worker
from tests.streams.scenes import SETTINGS, FlakyLog, kept, new_log, task, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import Follower


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


class Silent:
    """A reader whose log does not say where it ends, as long as it is told to be silent."""

    def __init__(self, log: SilentLog, reader: Follower) -> None:
        self._log = log
        self._reader = reader
        self.poll, self.lost, self.lag = reader.poll, reader.lost, reader.lag
        self.at_end, self.close = reader.at_end, reader.close

    @property
    def position(self) -> int:
        return self._reader.position

    def end(self) -> int:
        if self._log.silent:
            self._log.silent -= 1
            raise CommitUnknown("no answer in 2 s")
        return self._reader.end()

    def heard_at(self) -> float:
        return time.monotonic() - self._log.silent_s


class SilentLog(FlakyLog):
    """A log that doesn't answer for so many questions, or seconds."""

    silent = 0
    silent_s = 0.0

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> Follower:
        return Silent(self, super().follow(topic, partition, position))


def test_a_worker_says_before_each_wait_that_its_commits_are_unknown(log: EmbeddedLog) -> None:
    said: list[tuple[str | None, int]] = []
    write(log, task("t1"))
    flaky = FlakyLog(log)
    flaky.fail = dict.fromkeys((0, 1), "before")

    def progress(one: Worker) -> None:
        said.append((one.trouble(), one.figures()["commits_unknown"]))

    make, began = engine_maker(SETTINGS, 1), time.monotonic()
    one = Worker(flaky, make, WorkerSettings(), progress=progress)
    for _ in range(3):
        one.step()
    why = "requests to the log in a row failed: the answer never came, nor did the commit"
    first, second = (f"1 {why}", 1), (f"2 {why}", 2)
    assert said == [first, first, second, second, (None, 2)]
    assert one.last_turn_at > began


def test_ticks_that_still_fit_on_a_full_disk_do_not_keep_a_worker_trying_for_ever(
    log: EmbeddedLog,
) -> None:
    write(log, *(task(f"t{number}") for number in range(20)))
    flaky = FlakyLog(log)
    flaky.room = 1
    began = time.monotonic()
    one = worker(flaky, clock=lambda: 100.0 + 5 * (time.monotonic() - began), recover_s=0.5)
    with pytest.raises(LogError, match=r"in a row failed, for longer than worker\.recover_s"):
        one.run(stop=lambda: time.monotonic() > began + 10.0)
    assert one.figures()["commits_unknown"] < 10


def test_a_worker_is_well_again_once_what_did_not_fit_fits(log: EmbeddedLog) -> None:
    write(log, *(task(f"t{number}") for number in range(20)))
    flaky, times = FlakyLog(log), iter(range(100, 400, 2))
    flaky.room = 1
    one = worker(flaky, clock=lambda: float(next(times)))
    one.step()  # reads the pools and its first tick
    for _ in range(4):
        one.step()
        assert one.trouble() is not None
    flaky.room = None
    for _ in range(4):
        one.step()
    assert one.trouble() is None
    assert one.figures()["asks"] == 20


@pytest.mark.parametrize("alone", [True, False])
def test_an_order_to_roll_back_waits_for_a_silent_log(log: EmbeddedLog, *, alone: bool) -> None:
    first = worker(log, snapshot_every=3)
    story(log, first.step)
    first.close()
    oldest = list(kept(log).newest_first())[-1].manifest
    silent, make = SilentLog(log), engine_maker(SETTINGS, 1)
    one = LearnerProcess(silent, make, WorkerSettings()) if alone else worker(silent)
    write(log, Control(at=2.0, snapshot=oldest.id))
    silent.silent = 2
    for _ in range(4):
        one.step()
    assert silent.silent == 0
    newest = next(kept(log).newest_first())
    assert newest.manifest.skipped[-1][0] == oldest.position
    assert one.figures()["commits_unknown"] == 2
    assert one.trouble() is None


def test_a_learner_whose_log_is_silent_for_too_long_ends_with_a_line(log: EmbeddedLog) -> None:
    silent = SilentLog(log)
    one = LearnerProcess(silent, engine_maker(SETTINGS, 1), WorkerSettings(recover_s=30.0))
    silent.silent_s = 29.0
    one.step()
    silent.silent_s = 31.0
    with pytest.raises(
        LogError, match=r"not answered for 31 s, longer than worker\.recover_s = 30 s"
    ):
        one.step()
