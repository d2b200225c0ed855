"""Pools of simulated labelers: what they cost, how good, how fast and how reliable they are."""

from __future__ import annotations

from dataclasses import dataclass

from bandit.events import Pool

DAY_S = 86400.0
EXPERTS = "experts"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSpec:
    """One pool of simulated labelers; shares and chances in [0, 1].

    Parameters
    ----------
    skill
        Mean chance of a labeler to be right on an ordinary task.
    spread
        How alike labelers are: each one's chance is Beta(skill * spread, (1 - skill) * spread).
    by_class
        What is added to the chance for tasks whose truth is of a class.
    drift
        What is added to the chance from the first task of the stream to its last.
    misled
        On hard tasks, the chance that the pool's labelers share the task's tempting wrong answer.
    silent, declines
        Chance that an ask is never answered; that it is declined.
    delay_s
        Median time to a label; log-normal.
    hours
        Opening and closing hour of the day (UTC); `None` for always open.
    """

    name: str
    usd_per_label: float
    skill: float
    labelers: int
    spread: float = 20.0
    by_class: tuple[tuple[str, float], ...] = ()
    drift: float = 0.0
    misled: float = 0.0
    silent: float = 0.0
    declines: float = 0.0
    delay_s: float = 60.0
    ask_timeout_s: float = 900.0
    capacity_per_hour: float | None = None
    hours: tuple[float, float] | None = None

    def opens_at(self, now: float) -> float:
        """Time, `now` or later, at which the pool is open."""
        if self.hours is None:
            return now
        opening, closing = (3600.0 * hour for hour in self.hours)
        midnight = now - now % DAY_S
        if now < midnight + opening:
            return midnight + opening
        return now if now < midnight + closing else midnight + DAY_S + opening

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
        )

    def events(self, start: float, end: float) -> list[Pool]:
        """The pool at `start`, and each opening and closing until `end`, in the order of time."""
        pools = [self.event(start, is_open=self.opens_at(start) == start)]
        if self.hours is None:
            return pools
        midnight = start - start % DAY_S
        while midnight < end:
            for hour, is_open in zip(self.hours, (True, False), strict=True):
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
            by_class=tuple((name, -0.20) for name in first) + tuple((n, 0.06) for n in second),
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
            by_class=tuple((name, -0.14) for name in second),
            misled=0.2,
            silent=0.01,
            declines=0.03,
            delay_s=600.0,
            ask_timeout_s=2400.0,
            capacity_per_hour=420.0,
            hours=(6.0, 22.0),
        ),
    )
