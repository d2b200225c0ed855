"""Ticker of a worker: when a tick is due, and in which partitions."""

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
"""How often a clock that is wrong writes a tick, to check whether it still is."""

REMEMBERED = 1000
"""Most ticks of ours, written and not read back yet, that are remembered per partition."""


class Ticker:
    """Returns a tick for each partition every `tick_s` by `clock`; without a clock, none.

    A partition whose last tick left work unfinished gets the next one as soon as all of ours have
    been read back; one whose tick was far from the log's own clock, only every `PROBE_S`.

    Examples
    --------
    >>> times = iter([10.0, 10.5, 10.5, 11.0])
    >>> ticker = Ticker(lambda: next(times), tick_s=1.0)
    >>> [tick.value for tick in ticker.due([0])]
    [b'{"type":"Tick","at":10.0,"v":1}']
    >>> ticker.due([0], lambda partition: True)
    []
    >>> ticker.returned(0, 10.0, logged_at=9.5)
    >>> [tick.value for tick in ticker.due([0], lambda partition: True)]
    [b'{"type":"Tick","at":10.5,"v":1}']
    >>> ticker.skew_s
    {0: 0.5}
    """

    def __init__(self, clock: Callable[[], float] | None, tick_s: float) -> None:
        self.skew_s: dict[int, float] = {}
        self._clock = clock
        self._tick_s = tick_s
        self._last: float | None = None
        self._sent: dict[int, deque[float]] = {}  # by partition, those not read back yet
        self._probed: dict[int, float] = {}  # last tick of each partition where our clock is wrong

    @property
    def has_clock(self) -> bool:
        """Whether it has a clock."""
        return self._clock is not None

    def due(
        self, partitions: Collection[int], unfinished: Callable[[int], bool] = lambda _: False
    ) -> list[NewRecord]:
        """Return the ticks to write now into `partitions`, all that are held.

        A clock that was set back ticks on from there; the engine decides whether to accept it.
        """
        if self._clock is None:
            return []
        now = self._clock()
        if self._last is None or not 0 <= now - self._last < self._tick_s:
            self._last = now
            self._keep_only(partitions)
            due = [partition for partition in partitions if self._may_tick(partition, now)]
        else:
            idle = (partition for partition in partitions if not self._sent.get(partition))
            due = [part for part in idle if part not in self._probed and unfinished(part)]
        if not due:
            return []
        for partition in due:
            self._sent.setdefault(partition, deque(maxlen=REMEMBERED)).append(now)
        tick = encode(Tick(at=now))
        return [NewRecord(LABELS, None, tick, partition) for partition in due]

    def returned(
        self, partition: int, at: float, logged_at: float | None = None, *, wrong: bool = False
    ) -> None:
        """Note that a tick was read and, if it is ours, its distance from the log's clock.

        `wrong` says that the engine refused it as too far from it.
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
        """Seconds that our clock is ahead where its ticks are refused for that; else 0."""
        return self.skew_s.get(partition, 0.0) if partition in self._probed else 0.0

    def _may_tick(self, partition: int, now: float) -> bool:
        """Whether a tick may be written: every `PROBE_S` where our clock was wrong."""
        probed = self._probed.get(partition)
        if probed is None:
            return True
        if abs(now - probed) < PROBE_S:
            return False
        self._probed[partition] = now
        return True

    def _keep_only(self, partitions: Collection[int]) -> None:
        for by_partition in (self.skew_s, self._sent, self._probed):
            for revoked in by_partition.keys() - set(partitions):
                del by_partition[revoked]
