"""Successive halving: the worse half of a batch is dropped after one seed, and again after two.

Candidates run with the same seeds, so they are ranked by their mean over the seeds that all of them
have. Which are dropped is no claim: nothing but the comparison on fresh seeds is.

Source: Jamieson and Talwalkar (2016), AISTATS, algorithm 1.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from bandit.settings import PolicySettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RUNGS = (1, 2, 4)
"""Seeds that those who are left have run with, after each step."""
BATCH = 8
"""Candidates of a race: 2 are left at its end."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate of the search: what it earned more than the default, by seed, in $ per task.

    `dropped` says whether the race dropped it.
    """

    number: int
    policy: PolicySettings
    over_default_usd: tuple[float, ...]
    dropped: bool

    @property
    def mean_usd(self) -> float:
        """Mean over its seeds."""
        return fmean(self.over_default_usd)

    def means(self) -> list[float]:
        """Mean after each step of the race."""
        seen = len(self.over_default_usd)
        return [fmean(self.over_default_usd[:rung]) for rung in RUNGS if rung <= seen]


def race(
    policies: Sequence[PolicySettings],
    first: int,
    differences: Callable[[Sequence[PolicySettings], int], Sequence[Sequence[float]]],
) -> list[Trial]:
    """Race candidates; return them in their order.

    Parameters
    ----------
    first
        Number of the first.
    differences
        What policies earn more than the default with each of the first so many seeds.

    Examples
    --------
    >>> rates = [PolicySettings(rate=rate) for rate in (1.0, 2.0, 3.0, 4.0)]
    >>> trials = race(rates, 0, lambda some, seeds: [[one.rate] * seeds for one in some])
    >>> [(trial.dropped, len(trial.over_default_usd)) for trial in trials]
    [(True, 1), (True, 1), (True, 2), (False, 4)]
    """
    seen: dict[int, tuple[float, ...]] = {}
    left = list(range(len(policies)))
    for rung in RUNGS:
        for at, earned in zip(left, differences([policies[at] for at in left], rung), strict=True):
            seen[at] = tuple(earned)
        if rung < RUNGS[-1]:
            ranked = sorted(left, key=lambda at: -fmean(seen[at]))
            left = sorted(ranked[: (len(left) + 1) // 2])
    return [
        Trial(
            number=first + at,
            policy=policy,
            over_default_usd=seen[at],
            dropped=at not in left,
        )
        for at, policy in enumerate(policies)
    ]
