"""The worker's clock: when it is time to write the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Tick
from streams.codec import encode

if TYPE_CHECKING:
    from collections.abc import Callable


class Ticker:
    """Gives a tick every `tick_s` by `clock`; without a clock, none.

    Examples
    --------
    >>> times = iter([10.0, 10.5, 11.0])
    >>> ticker = Ticker(lambda: next(times), tick_s=1.0)
    >>> ticker.due(), ticker.due(), ticker.due()
    (b'{"type":"Tick","at":10.0,"v":1}', None, b'{"type":"Tick","at":11.0,"v":1}')
    """

    def __init__(self, clock: Callable[[], float] | None, tick_s: float) -> None:
        self._clock = clock
        self._tick_s = tick_s
        self._last: float | None = None

    @property
    def ticks(self) -> bool:
        """Whether it ever gives one."""
        return self._clock is not None

    def due(self) -> bytes | None:
        """Return the tick that is to be written now, if one is.

        A clock that was set back ticks on from there; what to make of it is the engine's to say.
        """
        if self._clock is None:
            return None
        now = self._clock()
        if self._last is not None and 0 <= now - self._last < self._tick_s:
            return None
        self._last = now
        return encode(Tick(at=now))
