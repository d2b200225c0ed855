"""Processes that are watched: workers and learners on a log, whose metrics a tape scrapes."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from streams.config.config import MetricsSettings, WorkerSettings
from streams.core import engine_maker
from streams.learner.learner_process import LearnerProcess
from streams.monitor.endpoint import Endpoint
from streams.monitor.health import Board, Limits
from streams.monitor.metrics import Metrics
from streams.worker.worker import Worker
from tests.alerts.tape import EVERY_S, Tape
from tests.streams.scenes import SETTINGS, new_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import Log

LIMITS = Limits(turn_s=300.0, lag=10_000, model_age_s=600.0, silence_s=5.0, skew_s=30.0)


class Scene(NamedTuple):
    """A log in a file with two pools, and the tape of whoever works on it."""

    log: EmbeddedLog
    tape: Tape

    @contextmanager
    def worker(self, log: Log | None = None, **more: Any) -> Iterator[Worker]:
        """Watch a worker; `more` are its settings, or arguments of its own."""
        own = {key: more.pop(key) for key in ("follow", "clock") if key in more}
        with self._watched("worker") as (publish, metrics):
            worker = Worker(
                log or self.log,
                engine_maker(SETTINGS, 1),
                WorkerSettings(**more),
                progress=publish,
                observe=metrics.observe,
                **own,
            )
            with closing(worker):
                yield worker

    @contextmanager
    def learner(self, log: Log | None = None, **settings: Any) -> Iterator[LearnerProcess]:
        """Watch a learner."""
        with self._watched("learner") as (publish, _):
            learning = LearnerProcess(
                log or self.log,
                engine_maker(SETTINGS, 1),
                WorkerSettings(**settings),
                progress=publish,
            )
            with closing(learning):
                yield learning

    def passes(self, minutes: float, *working: Worker | LearnerProcess) -> None:
        """Let time pass in which these work."""
        for _ in range(int(minutes * 60 / EVERY_S)):
            for worker in working:
                worker.step()
            self.tape.scrape()

    @contextmanager
    def _watched(
        self, name: str
    ) -> Iterator[tuple[Callable[[Worker | LearnerProcess], None], Metrics]]:
        board = Board(LIMITS, see_every_s=0.0, clock=self.tape.now)

        def publish(worker: Worker | LearnerProcess) -> None:
            worker.last_turn_at = self.tape.now()
            board.publish(worker)

        metrics = Metrics(board)
        with closing(Endpoint(MetricsSettings(port=0), board, metrics)) as endpoint:
            self.tape.ports[name] = endpoint.port
            yield publish, metrics


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Make one."""
    with closing(new_log(folder / "log.db")) as log:
        yield Scene(log, Tape())
