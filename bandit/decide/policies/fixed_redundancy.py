"""Policies that buy a fixed number of labels: what most teams do, and what to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.pmf import with_floors

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.decide.policies.case import Case, Option
    from bandit.settings import PolicySettings

    Rank = Callable[[Option], float]


@dataclass(frozen=True, slots=True)
class FixedRedundancy:
    """Asks the pool that `rank` puts first until the task has `labels_per_task` labels."""

    name: str
    rank: Rank
    settings: PolicySettings

    def pmf(self, case: Case) -> dict[str, float]:
        """Chance of everything eligible."""
        enough = case.labels >= self.settings.labels_per_task
        top = max((self.rank(option) for option in case.options), default=0.0)
        pools = {option.pool: float(self.rank(option) == top) for option in case.options}
        stop = float(enough) if case.may_stop else None
        return with_floors(pools, stop, self.settings.explore_floor, self.settings.stop_floor)


def uniform(settings: PolicySettings) -> FixedRedundancy:
    """Any pool, equally often."""
    return FixedRedundancy("uniform", lambda _: 0.0, settings)


def fixed(settings: PolicySettings) -> FixedRedundancy:
    """Always `settings.pool`; any other only where that one isn't eligible."""
    return FixedRedundancy("fixed", lambda option: float(option.pool == settings.pool), settings)


def cheapest(settings: PolicySettings) -> FixedRedundancy:
    """The cheapest pool that is able."""
    return FixedRedundancy("cheapest", lambda option: -option.usd, settings)


def best_known(settings: PolicySettings) -> FixedRedundancy:
    """The pool whose labels were right most often."""
    return FixedRedundancy("best_known", lambda option: option.known_rate, settings)
