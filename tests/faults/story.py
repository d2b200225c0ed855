"""A story on Kafka: labelers at work on topics of its own, while workers are treated badly."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from kafka.errors import RetriableError

from streams.config.config import parse_config
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from tests.faults.audit import Written, audit, model_is_the_fold
from tests.faults.labelers import USD, Labelers

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.config.config import Config

SEED = 20261124
GROUP = "poolwise"
CORE = "seed = 5\n[policy]\nexplore_floor = 0.1\n"
WORKER = "[worker]\nbatch_records = 50\nsnapshot_every = 200\nsnapshot_min_s = 0\npoll_s = 0.05\n"
LOG = "session_timeout_s = 4.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 4.0\n"


class Story:
    """Labelers on a log of its own; `config` has the settings of its workers.

    Parameters
    ----------
    broker
        HOST:PORT where the labelers come.
    tasks
        Number of tasks.
    partitions
        Number of partitions of tasks.
    through
        HOST:PORT where the workers come, if elsewhere: a proxy's.
    core
        Configuration of the core.
    """

    def __init__(
        self,
        broker: str,
        tasks: int,
        partitions: int = 2,
        through: str | None = None,
        core: str = CORE,
    ) -> None:
        self._core = core
        prefix = f"story-{uuid4().hex[:8]}"
        self.address = f"kafka://{broker}/{prefix}"
        self._workers = f"kafka://{through or broker}/{prefix}"
        self.log = KafkaLog(self.address, LogSettings())
        create_topics(self.log, partitions, 1)
        self.tasks = tasks
        self.names = {f"t{i}" for i in range(tasks)}
        self.labelers = Labelers(self.log, SEED, tasks)
        self._ends = [
            self.log.follow(topic, part)
            for topic in ("tasks", "labels")
            for part in range(partitions)
        ]

    def toml(self, instance: str | None = "w1", log: str = LOG, worker: str = WORKER) -> str:
        """Return the configuration of a worker."""
        named = f'instance = "{instance}"\n' if instance else ""
        return f'{self._core}[log]\naddress = "{self._workers}"\n{named}{log}{worker}'

    def config(self, instance: str | None = "w1", log: str = LOG, worker: str = WORKER) -> Config:
        """Return the configuration of a worker, read."""
        return parse_config(self.toml(instance, log, worker))

    def positions(self) -> int:
        """Sum of the group's committed positions in tasks and labels."""
        group = self.log.names.on_broker(GROUP)
        try:
            offsets = self.log.admin.list_group_offsets([group])[group]
        except RetriableError:  # the group's own topic is made at its first use
            return 0
        ours = {self.log.names.on_broker(topic) for topic in ("tasks", "labels")}
        return sum(max(at.offset, 0) for place, at in offsets.items() if place.topic in ours)

    def unread(self) -> int:
        """About how many records the group has not committed yet; marks of transactions count."""
        return sum(reader.end() for reader in self._ends) - self.positions()

    def keep_busy(self, backlog: int = 120, tasks: int = 8) -> None:
        """Let time pass if the workers are about to run dry."""
        if self.unread() < backlog:
            self.labelers.advance(tasks=tasks)

    def run_out(
        self, still_good: Callable[[], bool] = lambda: True, timeout_s: float = 400
    ) -> None:
        """Let the workers finish everything, as long as they are `still_good`."""
        until = time.monotonic() + timeout_s
        quiet = 0
        while quiet < 40:  # 20 minutes without an answer on its way: every ask has ended
            assert still_good()
            assert time.monotonic() < until, f"{self.unread()} unread after {timeout_s:g} s"
            if self.unread() < 120:
                self.labelers.advance(tasks=40)
                done = self.labelers.fed == self.tasks and not self.labelers.waiting()
                quiet = quiet + 1 if done else 0
            time.sleep(0.005)
        before, since = -1, time.monotonic()
        while time.monotonic() - since < 2.0:  # all is read when nothing moves any more
            assert time.monotonic() < until, "it never came to rest"
            if (now := self.positions()) != before:
                before, since = now, time.monotonic()
            time.sleep(0.05)

    def audit(self) -> Written:
        """Assert that nothing was lost, doubled or spoilt."""
        written = audit(self.log, self.names, USD)
        model_is_the_fold(self.log, self.config().core)
        return written

    def close(self) -> None:
        """Close the log."""
        self.log.close()


def wait_until(holds: Callable[[], bool], timeout_s: float = 120.0, what: str = "it") -> None:
    """Wait until `holds`; fail after `timeout_s`."""
    until = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > until:
            pytest.fail(f"{what}: not within {timeout_s:g} s")
        time.sleep(0.02)
