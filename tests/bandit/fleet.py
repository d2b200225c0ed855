"""A fleet of engines that share one set of desk records, as workers share the topic `desk`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bandit.engine.engine import Engine
from bandit.events import Ask, Decline, Label, Reward, Task, Tick
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, ClockSettings, PolicySettings, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Control, Input, Output, Pool

SETTINGS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=1, max_labels=1),
    audit=AuditSettings(share=1e-9),
    clock=ClockSettings(max_jump_s=1e9),
)
BRAIN = Brain(SETTINGS)
"""Nobody learns here, so one is enough, and it is slow to make."""

Step = tuple[Any, ...]


class Fleet:
    """Engines, and the records that they write and take over.

    All partitions see the same time, but for those that are `ahead`; `asks` are those that were
    committed, `outputs` all that was.
    """

    def __init__(self, engines: int, partitions: int, *described: Pool | Control) -> None:
        self.now = 0.0
        self.asks: list[Ask] = []
        self.outputs: list[Output] = []
        self._described = described
        self._partitions = partitions
        self._engines = [self._made() for _ in range(engines)]
        self._topic: dict[int, dict[bytes, bytes]] = {n: {} for n in range(partitions)}
        self._holder: dict[int, int] = {}
        self._tasks = 0
        self._partition_of: dict[str, int] = {}
        for partition in range(partitions):
            self._move(partition, 0)
        self._pass(0.0)

    def play(self, steps: Sequence[Step]) -> None:
        """Play steps, one after the other."""
        for step in steps:
            match step:
                case ("move", partition, engine):
                    self._move(partition % self._partitions, engine)
                case ("pass", seconds):
                    self._pass(seconds)
                case ("ahead", partition, seconds):
                    self._feed(partition % self._partitions, Tick(at=self.now + seconds))
                case ("tasks", partition, count, is_lost):
                    for _ in range(count):
                        self._task(partition % self._partitions, is_lost=is_lost)
                case ("answer", number, usd):
                    self._answer(number, usd)
                case ("crash", engine):
                    self._crash(engine % len(self._engines))

    def _made(self) -> Engine:
        engine = Engine(SETTINGS, BRAIN, self._partitions)
        for event in self._described:
            engine.receive(event, 5)
        engine.keep()
        return engine

    def _move(self, partition: int, engine: int) -> None:
        """Give a partition to an engine; to nobody if there is no such engine."""
        if partition in self._holder:
            self._engines[self._holder.pop(partition)].release(partition)
        if engine < len(self._engines):
            self._engines[engine].restore(partition, self._topic[partition].items())
            self._holder[partition] = engine

    def _crash(self, engine: int) -> None:
        self._engines[engine] = self._made()
        for partition, holder in self._holder.items():
            if holder == engine:
                self._engines[engine].restore(partition, self._topic[partition].items())

    def _pass(self, seconds: float) -> None:
        self.now += seconds
        for partition in sorted(self._holder):
            self._feed(partition, Tick(at=self.now))

    def _task(self, partition: int, *, is_lost: bool) -> None:
        self._tasks += 1
        task = Task(task=f"t{self._tasks}", project="p", at=self.now, classes=("yes", "no"))
        self._partition_of[task.task] = partition
        self._feed(partition, task, is_lost=is_lost)

    def _answer(self, number: int, usd: float | None) -> None:
        """Answer an ask, or decline it at no price; its task may be forgotten by now."""
        if not self.asks:
            return
        ask = self.asks[-1 - number % len(self.asks)]
        partition = self._partition_of[ask.task]
        if usd is None:
            self._feed(partition, Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=self.now))
            return
        label = Label(
            label=f"{ask.task}/{ask.ask}",
            task=ask.task,
            ask=ask.ask,
            pool=ask.pool,
            labeler=f"w{ask.ask}",
            answer="yes",
            at=self.now,
            usd=usd,
        )
        self._feed(partition, label)

    def _feed(self, partition: int, event: Input, *, is_lost: bool = False) -> None:
        """Feed the engine that holds a partition, and commit unless that is lost."""
        if partition not in self._holder:
            return
        engine = self._engines[self._holder[partition]]
        out = engine.receive(event, partition)
        if is_lost:
            engine.drop()
            return
        for changed, key, value in engine.changes():
            if value is None:
                self._topic[changed].pop(key, None)
            else:
                self._topic[changed][key] = value
        engine.keep()
        self.asks += [one for one in out if isinstance(one, Ask)]
        self.outputs += out

    def rewards(self) -> list[Reward]:
        """All rewards, in order."""
        return [one for one in self.outputs if isinstance(one, Reward)]
