"""A/A tests on the user's own log: how often chance alone looks like a difference.

The log's units are given to two arms by a fresh hash, again and again: nothing differs, so every
interval that leaves out 0 at any look is a false alarm. The arms of the log itself are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.counted import counted
from bandit.experiment.assign import uniform
from replay.experiment.arms.difference import difference
from replay.runtime.text import share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.experiment.arms.difference import Looks
    from replay.experiment.arms.unit_sums import UnitSums

LOOKS = 20
"""Looks at each A/A test, at equal distances."""


class FalseAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """A/A tests of a metric, and how many of them raised an alarm at one of their looks."""

    metric: str
    tests: int
    looks: int
    alarms: int

    @property
    def share(self) -> float:
        """Share of the tests with an alarm."""
        return self.alarms / self.tests


def alarms_words(found: FalseAlarms, level: float) -> str:
    """Say how many A/A tests raised an alarm, and how many may, at the level of the intervals.

    Examples
    --------
    >>> alarms_words(FalseAlarms(metric="usd", tests=50, looks=20, alarms=1), 0.95)[:54]
    'A/A tests on this log: 1 of 50 raised a false alarm (2'
    """
    return (
        f"A/A tests on this log: {found.alarms:,} of {found.tests:,} raised a false alarm"
        f" ({share(found.share)}) at one of {counted(found.looks, 'look')};"
        f" at most {share(1 - level)} are expected."
    )


def false_alarms(
    units: UnitSums,
    keys: Sequence[str],
    metric: str,
    looks: Looks,
    tests: int,
    tell: Callable[[int], None] | None = None,
    *,
    control: float = 0.5,
) -> FalseAlarms:
    """Run A/A tests on units, in the order they came; `keys` name them for the hash.

    `control` is the share of the units that one of both arms gets.
    """
    alarms = 0
    for number in range(tests):
        drawn = [uniform("a/a", str(number), key) for key in keys]
        alarms += is_alarmed(
            units.assigned((np.array(drawn) >= control).astype(np.int64)), metric, looks
        )
        if tell is not None:
            tell(1)
    return FalseAlarms(metric=metric, tests=tests, looks=1 if looks.once else LOOKS, alarms=alarms)


def is_alarmed(units: UnitSums, metric: str, looks: Looks) -> bool:
    """Whether arms 0 and 1 differ at one of the looks.

    Examples
    --------
    >>> from replay.experiment.arms.difference import Looks
    >>> from replay.experiment.arms.unit_sums import MetricSums, UnitSums
    >>> arm, ones = np.tile([0, 1], 200), np.ones(400)
    >>> cost = {"usd": MetricSums(arm + np.tile([0.0, 0.1, 0.2, 0.3], 100))}
    >>> is_alarmed(UnitSums(arm, ones, ones, cost, np.zeros((400, 0))), "usd", Looks(0.95, 400))
    True
    """
    shares = (1.0,) if looks.once else tuple(look / LOOKS for look in range(1, LOOKS + 1))
    for part in shares:
        effect = difference(units.of(slice(0, round(part * len(units)))), metric, (0, 1), looks)
        if effect is not None and not effect.amount.low <= 0.0 <= effect.amount.high:
            return True
    return False
