"""Real engines behind a record or a log in memory, for tests to drive and to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.engine.engine import Engine
from bandit.events import Ask, Decision, Pool, Reward, Task, Verdict
from bandit.learn.brain import Brain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input, Output
    from bandit.settings import Settings


class Recording:
    """The real engine, with a record of its events."""

    def __init__(self, settings: Settings) -> None:
        self._engine = Engine(settings, Brain(settings))
        self.received: list[Input | Reward] = []
        self.put_out: list[Output] = []

    def receive(self, event: Input | Reward) -> list[Output]:
        self.received.append(event)
        outputs = self._engine.receive(event)
        self.put_out += outputs
        return outputs

    def keep(self) -> None:
        self._engine.keep()


class MemoryLog:
    """A log and a worker in memory: what is written is worked on at the next step."""

    def __init__(self, settings: Settings) -> None:
        self._engine = Recording(settings)
        self._unread: list[Input] = []
        self._out: list[Output] = []

    def write(self, events: Sequence[Input]) -> None:
        """Pools first and then tasks, as a worker that reads topics in turn finds them."""
        order: dict[type, int] = {Pool: 0, Task: 1}
        self._unread += sorted(events, key=lambda event: order.get(type(event), 2))

    def step(self) -> int:
        events, self._unread = self._unread, []
        for event in events:
            outputs = self._engine.receive(event)
            self._out += outputs
            for output in outputs:
                if isinstance(output, Reward):
                    self._engine.receive(output)
        self._engine.keep()
        return len(events)

    def read(self) -> list[Output]:
        out, self._out = self._out, []
        return [one for one in out if isinstance(one, Ask | Decision | Verdict)]
