"""An estimate and its interval, as plain numbers: of dollars, shares or rewards."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Amount:
    """An estimate and its interval, in any unit."""

    value: float
    low: float
    high: float

    def times(self, factor: float) -> Amount:
        """Multiply by a number.

        Examples
        --------
        >>> Amount(1.0, 0.5, 2.0).times(-1000)
        Amount(value=-1000.0, low=-2000.0, high=-500.0)
        """
        low, high = sorted((factor * self.low + 0.0, factor * self.high + 0.0))
        return Amount(factor * self.value + 0.0, low, high)  # 0.0 added: no zero is negative

    @property
    def per_thousand(self) -> Amount:
        """Of 1,000 tasks."""
        return self.times(1000.0)

    def share(self) -> Amount:
        """The same, cut off at 0 and 1."""
        value, low, high = (min(max(x, 0.0), 1.0) for x in (self.value, self.low, self.high))
        return Amount(value, low, high)
