"""The time on the desks of one worker: when it moves on, and what waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from streams.ticker import Ticker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bandit.events import DeadLetter, Tick
    from streams.config import WorkerSettings
    from streams.core import Core
    from streams.log import NewRecord


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
        self._core = core
        self._told: set[int] = set()  # partitions whose clock is known not to be believed

    def due(self, partitions: Sequence[int]) -> list[NewRecord]:
        """Return the ticks that are to be written now into `partitions`, all that are held."""
        return self.ticker.due(partitions, self._core.unfinished)

    def ticked(self, partition: int, tick: Tick, refused: DeadLetter | None) -> None:
        """Note what the engine made of a tick; in the logs, the first one that it refused."""
        self.ticker.returned(partition, tick.at)
        ahead = refused is not None and refused.rule == "tick_ahead"
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

    def more_to_come(self, partitions: Sequence[int]) -> bool:
        """Whether our next ticks will move on: the last was not believed, or left work undone."""
        if not self.ticker.ticks:
            return False
        disbelieved = not self.not_believed.isdisjoint(partitions)
        return disbelieved or any(map(self._core.unfinished, partitions))
