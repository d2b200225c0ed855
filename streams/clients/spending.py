"""What budgets have spent, from the records of the desks that workers count them in.

Each desk keeps what its asks have cost in this hour, on this day and in all
(`bandit.limits.budgets`); a project's spending is the sum over the partitions of those whose hour
or day is the newest one of the log. It is as old as the last batch of each partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.desk.records import STATE_KEY
from bandit.task.periods import PERIODS, number_of
from streams.log.last_records import LAST, last_records
from streams.log.topics import DESK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.task.periods import Caps, Period
    from streams.log.log import Log, Record

WORDS: dict[Period, str] = {"hour": "this hour", "day": "today (UTC)", "total": "in all"}


class Spending(msgspec.Struct):
    """What a partition's desk has spent, by project; named as in `bandit.task.state.DeskState`."""

    now: float | None = None
    used_usd: dict[str, tuple[int, float]] = {}
    used_hour_usd: dict[str, tuple[int, float]] = {}
    used_total_usd: dict[str, tuple[int, float]] = {}

    def used(self, period: Period, project: str, number: int) -> float:
        """Return the dollars spent on a project in a period by its number."""
        by_project = {
            "hour": self.used_hour_usd,
            "day": self.used_usd,
            "total": self.used_total_usd,
        }[period]
        its, usd = by_project.get(project, (number, 0.0))
        return usd if its == number else 0.0


_decode = msgspec.json.Decoder(Spending).decode


def read_spending(log: Log) -> list[Spending]:
    """Return the spending of each partition that has any state."""
    found = []
    for partition in range(log.partitions(DESK)):
        newest = _newest(last_records(log, DESK, partition, LAST))
        if newest is None:  # behind more tasks than are read at first
            newest = _newest(last_records(log, DESK, partition, None))
        if newest is not None:
            found.append(newest)
    return found


def spent_usd(desks: Iterable[Spending], project: str) -> Mapping[Period, float]:
    """Return the dollars that all partitions together have spent, in the newest hour and day.

    Examples
    --------
    >>> desks = [
    ...     Spending(now=7300.0, used_hour_usd={"cats": (2, 0.5)}, used_usd={"cats": (0, 2.0)}),
    ...     Spending(now=7100.0, used_hour_usd={"cats": (1, 0.25)}, used_usd={"cats": (0, 1.0)}),
    ... ]
    >>> spent_usd(desks, "cats")  # the second desk has spent nothing in this hour yet
    {'hour': 0.5, 'day': 3.0, 'total': 0.0}
    """
    desks = list(desks)
    now = max((desk.now for desk in desks if desk.now is not None), default=0.0)
    return {
        period: sum(desk.used(period, project, number_of(period, now)) for desk in desks)
        for period in PERIODS
    }


def described_spending(caps: Caps, spent: Mapping[Period, float]) -> str:
    """Describe what was spent of each budget.

    Examples
    --------
    >>> from bandit.task.periods import Caps
    >>> described_spending(Caps(day=20.0, total=500.0), {"hour": 1.0, "day": 12.4, "total": 80.0})
    'spent: $12.40 of $20.00 today (UTC), $80.00 of $500.00 in all'
    >>> described_spending(Caps(day=20.0), {"day": -1e-17})  # all of it was given back
    'spent: $0.00 of $20.00 today (UTC)'
    """
    parts = [
        f"${round(spent[period], 2) + 0.0:,.2f} of ${usd:,.2f} {WORDS[period]}"
        for period, usd in caps.given().items()
    ]
    return f"spent: {', '.join(parts)}"


def _newest(records: Iterable[Record]) -> Spending | None:
    newest = None
    for record in records:
        if record.key == STATE_KEY and record.value is not None:
            try:
                newest = _decode(record.value)
            except (ValueError, RecursionError):  # of another release: nothing is known
                newest = None
    return newest
