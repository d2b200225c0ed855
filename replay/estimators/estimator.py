"""What every estimator promises: receive, value, interval, merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, Self

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.stats.weighted_rows import Scored


class Estimator(Protocol):
    """An estimator of a target's value as a frozen running sum.

    Rule 1: `a.receive(x) + a.receive(y)` is `receive` of x and y together, to 1e-9 of the value.
    Rule 2: what has received nothing has the value `None` and the widest interval.
    """

    name: ClassVar[str]

    def receive(self, scored: Scored) -> Self:
        """Add rows."""

    def __add__(self, other: Self) -> Self: ...

    def value(self) -> float | None:
        """The estimate."""

    def interval(self, kind: str, level: float, rule: Rule = ...) -> Interval:
        """Its interval; `kind` says what the rewards are: `binary`, `positive`, `real`.

        `rule` makes it, where the estimator has no way of its own.
        """
