"""Where a number lies across a drawing, in percent of its width, and the ticks of its axis.

Percent, so that a drawing fits a wide screen and a phone alike, with letters of the same size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TICKS = 5
"""About as many as a phone has room for."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` at `start` percent to `high` at `end`; on powers of ten where `logarithmic`.

    Examples
    --------
    >>> Scale(0.0, 2.0, start=0.0, end=100.0).at(0.5)
    25.0
    >>> Scale(0.1, 10.0, logarithmic=True, start=0.0, end=100.0).at(1.0)
    50.0
    """

    low: float
    high: float
    logarithmic: bool = False
    start: float = 2.0
    end: float = 98.0

    def at(self, value: float) -> float:
        """Percent of the width where a value lies; what lies beyond is at the end."""
        low, high, value = (self._bent(end) for end in (self.low, self.high, value))
        share = (value - low) / (high - low)
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Round numbers within the scale.

        Examples
        --------
        >>> Scale(0.0012, 0.0061).ticks()
        [0.002, 0.003, 0.004, 0.005, 0.006]
        >>> Scale(0.02, 300.0, logarithmic=True).ticks()
        [0.1, 1.0, 10.0, 100.0]
        """
        if self.logarithmic:
            return self._powers()
        step = _round_step((self.high - self.low) / TICKS)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [float(f"{n * step:.12g}") for n in range(first, last + 1)]

    def _powers(self) -> list[float]:
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        if last - first < 2:
            many = [m * 10.0**n for n in range(first - 1, last + 1) for m in (1, 2, 5)]
            return [float(f"{power:.12g}") for power in many if self.low <= power <= self.high]
        step = math.ceil((last - first) / TICKS)
        return [10.0**n for n in range(first, last + 1, step)]

    def _bent(self, value: float) -> float:
        if not self.logarithmic:
            return value
        return math.log10(max(value, self.low))


def around(low: float, high: float) -> Scale:
    """Scale that holds two ends, also where they are the same."""
    if low < high:
        return Scale(low, high)
    room = abs(low) / 10 or 1.0
    return Scale(low - room, low + room)


def _round_step(about: float) -> float:
    """The number 1, 2 or 5 times a power of ten that is next above `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= about * (1 - 1e-9))
