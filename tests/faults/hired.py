"""A worker in a thread of this process, so that a test can look at its figures and step in."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from bandit.errors import CommitUnknown
from streams.clients.address import open_log
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.learner.learner import Learner
from streams.process import timings
from streams.worker.worker import Worker
from tests.faults.story import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from streams.config.config import Config
    from streams.log.log import Log
    from tests.faults.story import Story


class Hired:
    """One worker, at work from the start to the end of a `with`.

    Parameters
    ----------
    config
        Its settings.
    follow
        Learn nothing.
    failpoint
        Called with the worker and the name of each step, in the worker's thread.
    observe
        Told how long batches, commits and restores took.
    """

    def __init__(
        self,
        config: Config,
        *,
        follow: bool = False,
        failpoint: Callable[[Worker, str], None] = lambda _worker, _step: None,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.error: BaseException | None = None
        self.turned_at = time.monotonic()
        self.longest_turn_s = 0.0
        self._config = config
        self._follow = follow
        self._failpoint = failpoint
        self._observe = observe
        self._worker: Worker | None = None
        self._log: Log | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work)

    @property
    def worker(self) -> Worker:
        """The worker, once it has begun."""
        assert self._worker is not None, "it has not begun"
        return self._worker

    @property
    def log(self) -> KafkaLog:
        """The log that it works on."""
        assert isinstance(self._log, KafkaLog)
        return self._log

    def begun(self) -> bool:
        """Whether it has joined."""
        return self._worker is not None or self.error is not None

    def well(self) -> bool:
        """Whether it is at work; raises what ended it."""
        if self.error is not None:
            raise self.error
        return self._thread.is_alive()

    def figure(self, name: str) -> int:
        """Return one of its figures; 0 before it has begun."""
        return self.worker.figures()[name] if self._worker else 0

    def unknown(self) -> int:
        """Return how many commits had an unknown outcome."""
        return self.figure("commits_unknown")

    def stop(self, timeout_s: float = 60.0) -> None:
        """Let it finish; raises what ended it."""
        self._stopped.set()
        self._thread.join(timeout_s)
        assert not self._thread.is_alive(), f"still there after {timeout_s:g} s"
        if self.error is not None:
            raise self.error

    def _work(self) -> None:
        config = self._config
        try:
            log = self._log = open_log(config.log.address, config.log)
            try:
                self._run(
                    Worker(
                        log,
                        engine_maker(config.core, log.partitions("tasks")),
                        config.worker,
                        group=config.log.group,
                        follow=self._follow,
                        failpoint=self._step,
                        progress=self._turned,
                        observe=self._observe,
                    )
                )
            finally:
                log.close()
        except BaseException as error:  # noqa: BLE001, the test's thread raises it
            self.error = error

    def _run(self, worker: Worker) -> None:
        self._worker = worker
        worker.run(stop=self._stopped.is_set)
        worker.close()

    def _step(self, step: str) -> None:
        if self._worker is not None:  # a learner's steps come before
            self._failpoint(self._worker, step)

    def _turned(self, _: Worker) -> None:
        now = time.monotonic()
        self.longest_turn_s = max(self.longest_turn_s, now - self.turned_at)
        self.turned_at = now

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join(60.0)
        if error is None:  # what is still there would spoil the tests that come
            assert not self._thread.is_alive(), "still there after 60 s"


def busy_until(
    story: Story, workers: Iterable[Hired], holds: Callable[[], bool], what: str = "it"
) -> None:
    """Keep the workers busy until `holds`; they have to be well."""

    def looked() -> bool:
        assert all(worker.well() for worker in workers)
        with suppress(CommitUnknown):  # raised before anything is written: the log can't be asked
            story.keep_busy()
        return holds()

    wait_until(looked, what=what)


def goes_on(story: Story, worker: Hired) -> None:
    """Assert that the worker commits again."""
    before = worker.figure("handled")
    busy_until(story, [worker], lambda: worker.figure("handled") > before, "going on")


def let_learn(story: Story) -> None:
    """Learn all there is, where only followers worked."""
    config = story.config()
    make = engine_maker(config.core, story.log.partitions("tasks"))
    learner = Learner(story.log, make, config.worker, f"{config.log.group}-learner")
    learner.learn()
    learner.save()
    learner.close()
