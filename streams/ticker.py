"""The worker's clock: when it is time to write the time, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Tick
from streams.codec import encode
from streams.log import NewRecord
from streams.topics import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Ticker:
    """Gives a tick for each partition every `tick_s` by `clock`; without a clock, none.

    A partition that has more to do than its last tick did gets the next one at once, when the last
    one has come back from the log.

    Examples
    --------
    >>> times = iter([10.0, 10.5, 10.5, 11.0])
    >>> ticker = Ticker(lambda: next(times), tick_s=1.0)
    >>> [one.value for one in ticker.due([0])]
    [b'{"type":"Tick","at":10.0,"v":1}']
    >>> ticker.due([0], lambda partition: True)
    []
    >>> ticker.returned(0, 10.0)
    True
    >>> [one.value for one in ticker.due([0], lambda partition: True)]
    [b'{"type":"Tick","at":10.5,"v":1}']
    """

    def __init__(self, clock: Callable[[], float] | None, tick_s: float) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._last: float | None = None
        self._sent: dict[int, float] = {}  # by partition, the last tick, until it comes back

    @property
    def ticks(self) -> bool:
        """Whether it ever gives one."""
        return self._clock is not None

    def due(
        self, partitions: Iterable[int], unfinished: Callable[[int], bool] = lambda _: False
    ) -> list[NewRecord]:
        """Return the ticks that are to be written now.

        A clock that was set back ticks on from there; what to make of it is the engine's to say.
        """
        if self._clock is None:
            return []
        now = self._clock()
        if self._last is not None and 0 <= now - self._last < self._tick_s:
            partitions = [one for one in partitions if one not in self._sent and unfinished(one)]
        else:
            self._last = now
        tick = encode(Tick(at=now))
        ticks = [NewRecord(LABELS, None, tick, partition) for partition in partitions]
        self._sent.update((partition, now) for partition in partitions)
        return ticks

    def returned(self, partition: int, at: float) -> bool:
        """Note that a tick was read; whether it is the last one of ours."""
        if self._sent.get(partition) != at:
            return False
        del self._sent[partition]
        return True
