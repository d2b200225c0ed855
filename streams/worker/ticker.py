"""The worker's clock: when it is time to write the time, and where."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bandit.events import Tick
from streams.log.codec import encode
from streams.log.log import NewRecord
from streams.log.topics import LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

PROBE_S = 10.0
"""How often a clock that is wrong writes a tick, to see whether it still is."""

REMEMBERED = 1000
"""Ticks of ours that may be on their way back; of those before them nothing is learned."""


class Ticker:
    """Gives a tick for each partition every `tick_s` by `clock`; without a clock, none.

    A partition that has more to do than its last tick did gets the next one at once, when all of
    ours have come back from the log; one whose tick was far from the log's own clock, seldom.

    Examples
    --------
    >>> times = iter([10.0, 10.5, 10.5, 11.0])
    >>> ticker = Ticker(lambda: next(times), tick_s=1.0)
    >>> [one.value for one in ticker.due([0])]
    [b'{"type":"Tick","at":10.0,"v":1}']
    >>> ticker.due([0], lambda partition: True)
    []
    >>> ticker.returned(0, 10.0, logged_at=9.5)
    >>> [one.value for one in ticker.due([0], lambda partition: True)]
    [b'{"type":"Tick","at":10.5,"v":1}']
    >>> ticker.skew_s
    {0: 0.5}
    """

    def __init__(self, clock: Callable[[], float] | None, tick_s: float) -> None:
        self.skew_s: dict[int, float] = {}
        self._clock = clock
        self._tick_s = tick_s
        self._last: float | None = None
        self._sent: dict[int, deque[float]] = {}  # by partition, those that have not come back
        self._probed: dict[int, float] = {}  # by partition with the wrong time, its last tick

    @property
    def ticks(self) -> bool:
        """Whether it ever gives one."""
        return self._clock is not None

    def due(
        self, partitions: Collection[int], unfinished: Callable[[int], bool] = lambda _: False
    ) -> list[NewRecord]:
        """Return the ticks that are to be written now, into `partitions`, all that are held.

        A clock that was set back ticks on from there; what to make of it is the engine's to say.
        """
        if self._clock is None:
            return []
        now = self._clock()
        if self._last is None or not 0 <= now - self._last < self._tick_s:
            self._last = now
            self._forget_but(partitions)
            into = [one for one in partitions if self._may(one, now)]
        else:
            idle = (one for one in partitions if not self._sent.get(one))
            into = [one for one in idle if one not in self._probed and unfinished(one)]
        if not into:
            return []
        for partition in into:
            self._sent.setdefault(partition, deque(maxlen=REMEMBERED)).append(now)
        tick = encode(Tick(at=now))
        return [NewRecord(LABELS, None, tick, partition) for partition in into]

    def returned(
        self, partition: int, at: float, logged_at: float | None = None, *, wrong: bool = False
    ) -> None:
        """Note that a tick was read, and how far it was from the log's clock, if it is ours.

        `wrong` says that this was too far.
        """
        sent = self._sent.get(partition)
        if sent is None or at not in sent:
            return
        while sent.popleft() != at:
            pass
        if logged_at is not None:
            self.skew_s[partition] = at - logged_at
        if wrong:
            self._probed.setdefault(partition, at)
        else:
            self._probed.pop(partition, None)

    def wrong_by_s(self, partition: int) -> float:
        """How far our clock is ahead where its ticks are refused for that; else 0."""
        return self.skew_s.get(partition, 0.0) if partition in self._probed else 0.0

    def _may(self, partition: int, now: float) -> bool:
        """Whether the time may be written there: seldom, where it was wrong."""
        probed = self._probed.get(partition)
        if probed is None:
            return True
        if abs(now - probed) < PROBE_S:
            return False
        self._probed[partition] = now
        return True

    def _forget_but(self, partitions: Collection[int]) -> None:
        for known in (self.skew_s, self._sent, self._probed):
            for gone in known.keys() - set(partitions):
                del known[gone]
