"""Policies that buy a fixed number of labels: what most teams do, and what to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.pmf import with_floors

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.decide.policies.context import Action, Context
    from bandit.settings import PolicySettings

    Rank = Callable[[Action], float]


@dataclass(frozen=True, slots=True)
class FixedRedundancy:
    """Asks the pool that `rank` puts first until the task has `labels_per_task` labels."""

    name: str
    rank: Rank
    settings: PolicySettings

    def pmf(self, context: Context) -> dict[str, float]:
        """Chance of everything eligible."""
        enough = context.labels >= self.settings.labels_per_task
        top = max((self.rank(action) for action in context.actions), default=0.0)
        pools = {action.pool: float(self.rank(action) == top) for action in context.actions}
        stop = float(enough) if context.may_stop else None
        return with_floors(pools, stop, self.settings.explore_floor, self.settings.stop_floor)


def uniform(settings: PolicySettings) -> FixedRedundancy:
    """Any pool, equally often."""
    return FixedRedundancy("uniform", lambda _: 0.0, settings)


def fixed(settings: PolicySettings) -> FixedRedundancy:
    """Always `settings.pool`; any other only where that one isn't eligible."""
    return FixedRedundancy("fixed", lambda action: float(action.pool == settings.pool), settings)


def cheapest(settings: PolicySettings) -> FixedRedundancy:
    """The cheapest pool that is able."""
    return FixedRedundancy("cheapest", lambda action: -action.usd, settings)


def best_known(settings: PolicySettings) -> FixedRedundancy:
    """The pool whose labels were right most often."""
    return FixedRedundancy("best_known", lambda action: action.known_rate, settings)
