"""Pools of simulated labelers: what they cost, how good, how fast and how reliable they are."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

from bandit.events import Pool
from bandit.settings import Section

SpammerKind = Literal["random", "constant", "gang", "sleeper"]

DAY_S = 86400.0
EXPERTS = "experts"


class PoolSpec(Section, frozen=True):
    """One pool of simulated labelers; shares and chances in [0, 1].

    Parameters
    ----------
    skill
        Mean chance of a labeler to be right on an ordinary task.
    spread
        How alike labelers are: each one's chance is Beta(skill * spread, (1 - skill) * spread).
    by_class
        What is added to the chance for tasks whose truth is of a class.
    by_language
        What is added to the chance for tasks in a language.
    class_spread
        Standard deviation of what else is added, for each labeler and class.
    favourite_share
        Share of wrong answers for which a labeler names one class, the labeler's own favourite.
    drift, drift_spread
        What is added to the chance from the first task of the stream to its last; standard
        deviation of it over labelers.
    learning
        What labelers lack at first; each learns at a pace of their own.
    tiring
        What they lose from the first hour of the pool's day to its last.
    misled
        On hard tasks, the chance that the pool's labelers share the task's tempting wrong answer.
    choice
        Labelers who are free at once; of these, the pool sends the one whom the ask prefers.
    silent, declines, late
        Chance that an ask is never answered; that it is declined; that a label takes
        `ask_timeout_s` longer.
    delay_s
        Median time to a label; log-normal.
    asks_per_task
        Asks of one task that the pool takes at the same time.
    hours
        Opening and closing hour of the day (UTC); `None` for always open. A pool that closes before
        it opens is open overnight.
    spammer_share
        Chance of a labeler to be a spammer: of one of the kinds in `spammers`, all equally likely.
    """

    name: str
    usd_per_label: float
    skill: float
    labelers: int
    spread: float = 20.0
    by_class: dict[str, float] = msgspec.field(default_factory=dict)
    by_language: dict[str, float] = msgspec.field(default_factory=dict)
    class_spread: float = 0.0
    favourite_share: float = 0.0
    drift: float = 0.0
    drift_spread: float = 0.0
    learning: float = 0.0
    tiring: float = 0.0
    misled: float = 0.0
    choice: int = 4
    silent: float = 0.0
    declines: float = 0.0
    late: float = 0.0
    delay_s: float = 60.0
    ask_timeout_s: float = 900.0
    asks_per_task: int = 1
    capacity_per_hour: float | None = None
    hours: tuple[float, float] | None = None
    spammer_share: float = 0.0
    spammers: tuple[SpammerKind, ...] = ("random", "constant", "gang")

    def shift_h(self) -> tuple[float, float]:
        """Return the hour at which the pool opens and at which it closes.

        That is above 24 if it closes on the next day.
        """
        opening, closing = self.hours or (0.0, 24.0)
        return opening, closing + 24.0 if closing < opening else closing

    def opens_at(self, now: float) -> float:
        """Time, `now` or later, at which the pool is open."""
        if self.hours is None:
            return now
        opening, closing = (3600.0 * hour for hour in self.shift_h())
        midnight = now - now % DAY_S
        if now < midnight + closing - DAY_S:
            return now
        if now < midnight + opening:
            return midnight + opening
        return now if now < midnight + closing else midnight + DAY_S + opening

    def most_asks(self, start: float, end: float) -> float:
        """Asks that the pool can answer from `start` to `end`; without a limit, infinitely many.

        Examples
        --------
        >>> spec = PoolSpec(
        ...     name="p",
        ...     usd_per_label=0.1,
        ...     skill=0.9,
        ...     labelers=4,
        ...     hours=(8.0, 18.0),
        ...     capacity_per_hour=30.0,
        ... )
        >>> spec.most_asks(0.0, 2 * DAY_S)
        600.0
        """
        if self.capacity_per_hour is None:
            return math.inf
        opening, closing = (3600.0 * hour for hour in self.shift_h())
        open_s, midnight = 0.0, start - start % DAY_S - DAY_S
        while midnight < end:
            open_s += max(0.0, min(end, midnight + closing) - max(start, midnight + opening))
            midnight += DAY_S
        return self.capacity_per_hour * open_s / 3600.0

    def event(self, at: float, *, is_open: bool) -> Pool:
        """The pool as operations describe it."""
        return Pool(
            pool=self.name,
            at=at,
            usd_per_label=self.usd_per_label,
            capacity_per_hour=self.capacity_per_hour,
            expected_delay_s=self.delay_s,
            ask_timeout_s=self.ask_timeout_s,
            open=is_open,
            asks_per_task=self.asks_per_task,
        )

    def events(self, start: float, end: float) -> list[Pool]:
        """The pool at `start`, and each opening and closing until `end`, in the order of time."""
        pools = [self.event(start, is_open=self.opens_at(start) == start)]
        if self.hours is None:
            return pools
        midnight = start - start % DAY_S - DAY_S
        while midnight < end:
            for hour, is_open in zip(self.shift_h(), (True, False), strict=True):
                at = midnight + 3600.0 * hour
                if start < at <= end:
                    pools.append(self.event(at, is_open=is_open))
            midnight += DAY_S
        return pools


def experts(at: float, usd_per_label: float) -> Pool:
    """The pool that answers audits."""
    return Pool(
        pool=EXPERTS,
        at=at,
        usd_per_label=usd_per_label,
        expected_delay_s=600.0,
        ask_timeout_s=7200.0,
        gold=True,
    )


def four_pools(classes: tuple[str, ...]) -> tuple[PoolSpec, ...]:
    """Four pools as a buyer of labels meets them, for tasks of any classes.

    The specialist is good at the first half of the classes and the offshore team at the other;
    the offshore team gets worse along the stream, the trained one better.
    """
    half = (len(classes) + 1) // 2
    first, second = classes[:half], classes[half:]
    return (
        PoolSpec(
            name="crowd",
            usd_per_label=0.02,
            skill=0.72,
            labelers=60,
            spread=8.0,
            misled=0.8,
            silent=0.06,
            declines=0.02,
            delay_s=45.0,
        ),
        PoolSpec(
            name="offshore",
            usd_per_label=0.05,
            skill=0.84,
            labelers=30,
            by_class=dict.fromkeys(first, -0.20) | dict.fromkeys(second, 0.06),
            drift=-0.10,
            misled=0.6,
            silent=0.03,
            declines=0.02,
            delay_s=120.0,
            capacity_per_hour=900.0,
        ),
        PoolSpec(
            name="trained",
            usd_per_label=0.09,
            skill=0.88,
            labelers=20,
            drift=0.03,
            misled=0.4,
            silent=0.02,
            declines=0.01,
            delay_s=240.0,
            ask_timeout_s=1200.0,
            capacity_per_hour=600.0,
        ),
        PoolSpec(
            name="specialist",
            usd_per_label=0.18,
            skill=0.96,
            labelers=16,
            spread=60.0,
            by_class=dict.fromkeys(second, -0.14),
            misled=0.2,
            silent=0.01,
            declines=0.03,
            delay_s=600.0,
            ask_timeout_s=2400.0,
            capacity_per_hour=420.0,
            hours=(6.0, 22.0),
        ),
    )
