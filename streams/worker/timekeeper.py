"""The time on the desks of one worker: which ticks it writes, and how far desks are behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bandit.reasons import TickDoubt
from streams.worker.deferred_tasks import DeferredTasks
from streams.worker.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bandit.engine.ticks import TickAnswer
    from bandit.events import Tick
    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import NewRecord


ADVICE = "run poolwise doctor: it compares the clocks, and says how to reset the log's"


class Timekeeper:
    """Says which ticks are to be written, and whether more will come of them.

    Parameters
    ----------
    core
        The engine that has the desks.
    clock
        The time in UTC seconds; without one, another program writes the ticks.
    settings
        How often to write ticks.
    """

    def __init__(
        self, core: Core, clock: Callable[[], float] | None, settings: WorkerSettings
    ) -> None:
        self.ticker = Ticker(clock, settings.tick_s)
        self.not_believed: set[int] = set()  # partitions whose last tick was too far ahead
        self.ticks_refused = 0
        self.deferred = DeferredTasks()
        self._core = core
        self._clock = clock
        self._behind_s = settings.max_behind_s + settings.tick_s
        self._logged: set[int] = set()  # partitions whose refused clock is in the logs already

    def due(self, partitions: Sequence[int]) -> list[NewRecord]:
        """Return the ticks that are to be written now into `partitions`, all that are held."""
        return self.ticker.due(partitions, self._core.unfinished)

    def ticked(
        self, partition: int, tick: Tick, logged_at: float | None, answer: TickAnswer
    ) -> None:
        """Note the engine's answer to a tick; log the first of those that it doesn't believe."""
        doubt = answer.doubt
        self.ticker.returned(partition, tick.at, logged_at, wrong=doubt is TickDoubt.SKEW)
        is_ahead = doubt is TickDoubt.AHEAD
        (self.not_believed.add if is_ahead else self.not_believed.discard)(partition)
        if doubt is None:
            self._logged.discard(partition)
            return
        self.ticks_refused += 1
        if partition not in self._logged:
            self._logged.add(partition)
            log = structlog.get_logger().bind(partition=partition, why=answer.message)
            if is_ahead:  # after a long stop it is expected
                log.info("clock_not_believed")
            else:
                log.warning("clock_not_believed", do=ADVICE)

    def skew_s(self) -> float | None:
        """Return our clock minus the brokers' where they differ most; `None` if not known."""
        return max(self.ticker.skew_s.values(), key=abs, default=None)

    def behind(self, partitions: Iterable[int]) -> frozenset[int]:
        """Return partitions whose desk is so far behind the time that new tasks should wait.

        The time is our clock's, corrected by its skew where its ticks are refused for that.
        """
        if self._clock is None:
            return frozenset()
        now = self._clock()
        return frozenset(part for part in partitions if self._is_behind(part, now))

    def more_to_come(self, partitions: Sequence[int]) -> bool:
        """Whether there is work that needs no new record.

        The next ticks have some if the last one was not believed, or left work undone; or tasks
        that were kept back can be handled now.
        """
        if not self.ticker.has_clock:
            return False
        if self.deferred.waits(self.behind(partitions)):
            return True
        disbelieved = not self.not_believed.isdisjoint(partitions)
        return disbelieved or any(map(self._core.unfinished, partitions))

    def _is_behind(self, partition: int, now: float) -> bool:
        at = self._core.now(partition)
        return at is None or now - self.ticker.wrong_by_s(partition) - at > self._behind_s
