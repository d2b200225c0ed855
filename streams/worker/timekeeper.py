"""The time on the desks of one worker: when it moves on, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from streams.worker.deferred_tasks import DeferredTasks
from streams.worker.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.events import DeadLetter, Tick
    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import NewRecord


class Timekeeper:
    """Says which ticks are to be written, and whether more will come of them.

    Parameters
    ----------
    core
        Whose desks they are.
    clock
        The time in UTC seconds; without one, whoever owns the clock writes the ticks.
    settings
        How often.
    """

    def __init__(
        self, core: Core, clock: Callable[[], float] | None, settings: WorkerSettings
    ) -> None:
        self.ticker = Ticker(clock, settings.tick_s)
        self.not_believed: set[int] = set()  # partitions whose last tick was too far ahead
        self.ticks_refused = 0
        self.late = DeferredTasks()
        self._core = core
        self._clock = clock
        self._behind_s = settings.max_behind_s + settings.tick_s
        self._told: set[int] = set()  # partitions whose clock is known not to be believed

    def due(self, partitions: Sequence[int]) -> list[NewRecord]:
        """Return the ticks that are to be written now into `partitions`, all that are held."""
        return self.ticker.due(partitions, self._core.unfinished)

    def ticked(
        self, partition: int, tick: Tick, logged_at: float | None, refused: DeadLetter | None
    ) -> None:
        """Note what the engine made of a tick; in the logs, the first one that it refused."""
        rule = None if refused is None else refused.rule
        self.ticker.returned(partition, tick.at, logged_at, wrong=rule == "tick_skew")
        ahead = rule == "tick_ahead"
        (self.not_believed.add if ahead else self.not_believed.discard)(partition)
        if refused is None:
            self._told.discard(partition)
            return
        self.ticks_refused += 1
        if partition not in self._told:
            self._told.add(partition)
            log = structlog.get_logger()
            tell = log.info if ahead else log.warning  # after a long stop it is no surprise
            tell("clock_not_believed", partition=partition, why=refused.message)

    def skew_s(self) -> float | None:
        """How far our clock is ahead of the brokers' where they differ most; `None`: not known."""
        return max(self.ticker.skew_s.values(), key=abs, default=None)

    def behind(self, partitions: Iterable[int]) -> frozenset[int]:
        """Partitions whose desk is so far behind the time that their tasks had better wait.

        The time is our clock's, put right where its ticks are refused for its skew.
        """
        if self._clock is None:
            return frozenset()
        now = self._clock()
        return frozenset(one for one in partitions if self._is_behind(one, now))

    def more_to_come(self, partitions: Sequence[int]) -> bool:
        """Whether our next ticks will move on: the last was not believed, or left work undone.

        Or whether tasks that were kept can be handled now.
        """
        if not self.ticker.ticks:
            return False
        if self.late.waits(self.behind(partitions)):
            return True
        disbelieved = not self.not_believed.isdisjoint(partitions)
        return disbelieved or any(map(self._core.unfinished, partitions))

    def _is_behind(self, partition: int, now: float) -> bool:
        at = self._core.now(partition)
        return at is None or now - self.ticker.wrong_by_s(partition) - at > self._behind_s
