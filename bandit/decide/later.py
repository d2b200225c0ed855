"""The value of waiting for a pool that is closed, where others could be asked now.

With v(p, s) the value of asking pool p in s seconds, its price of waiting and the chance of an
answer before the deadline counted from then, and c the chance that pool q is open in s seconds,

    value of waiting for q = c v(q, s) + (1 - c) max(0, max over open pools p of v(p, r)),

where r is when the task no longer waits. It is compared with that of asking an open pool now, and
perhaps q later: c v(p, 0 | q, too) + (1 - c) v(p, 0). So a task waits only where the first label
is better of q; and only where that is worth LEAST_GAIN of a right answer more than not waiting.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.waiting import discounted, in_time
from bandit.task.arrivals import HOUR_S, HOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bandit.decide.options import Prospect

LEAST_GAIN = 0.03
"""Least gain, as a share of a right answer's worth: confidences of different pools' labels are
wrong by some percent, each in its own way."""
WAITS = 10.0
"""Usual waits that are left to open pools before the deadline: for several labels in sequence."""


class Chance(NamedTuple):
    """A pool can be asked in `after_s` seconds with `chance`; a task waits for `until_s` at most.

    `wanted` is the share of the pool's capacity that is wanted anyway.
    """

    pool: str
    after_s: float
    until_s: float
    chance: float
    wanted: float


class Prospects(NamedTuple):
    """What asking pools would bring: alone those that may be asked now, and with those `later`.

    `now_usd` is the value of the best that can be done now, `left_s` the time to the deadline.
    """

    alone: Mapping[str, Prospect]
    with_later: Mapping[str, Prospect]
    now_usd: float
    worth_usd: float
    delay_usd_per_hour: float
    left_s: float

    def best(
        self, chances: Iterator[Chance], is_open: Callable[[str, float], float]
    ) -> Chance | None:
        """Return what to wait for; `None` where it is better to go on now.

        `is_open` is the chance that a pool is open in so many seconds.
        """
        best, most_usd = None, LEAST_GAIN * self.worth_usd
        for one in chances:
            if one.chance <= 0.0:
                continue
            usd = self._waiting_usd(one, is_open)
            gain = (1.0 - one.wanted) * (usd - self.now_usd)
            if gain > most_usd and usd > self._first_usd(one.chance):
                best, most_usd = one, gain
        return best

    def _waiting_usd(self, one: Chance, is_open: Callable[[str, float], float]) -> float:
        asked = self._usd(self.with_later[one.pool], one.after_s)
        others = [
            is_open(name, one.until_s) * self._usd(prospect, one.until_s)
            for name, prospect in self.alone.items()
        ]
        return one.chance * (asked - self._delay_usd(one.after_s)) + (1.0 - one.chance) * (
            max([0.0, *others]) - self._delay_usd(one.until_s)
        )

    def _first_usd(self, chance: float) -> float:
        """Return the value of asking an open pool first, and then perhaps the one that opens."""
        values = [
            self._usd(
                prospect.raised(
                    chance * max(0.0, self.with_later[name].value_usd - prospect.value_usd)
                ),
                0.0,
            )
            for name, prospect in self.alone.items()
        ]
        return max(values, default=-math.inf)

    def _usd(self, prospect: Prospect, after_s: float) -> float:
        chance = in_time(prospect.wait_s, self.left_s - after_s)
        return discounted(prospect.value_usd, prospect.cost_usd, chance)

    def _delay_usd(self, after_s: float) -> float:
        return self.delay_usd_per_hour * after_s / HOUR_S


def hours_ahead(now: float, left_s: float) -> Iterator[float]:
    """Yield how many seconds away each hour of the coming day begins, before the deadline."""
    first_s = HOUR_S - now % HOUR_S
    for hour in range(HOURS):
        after_s = first_s + hour * HOUR_S
        if after_s >= left_s:
            return
        yield after_s
