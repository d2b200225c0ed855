"""Fixed redundancy: policies that buy the same number of labels for each task, as baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.pmf import lowered_floors, with_floors

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.decide.policies.context import Action, Context
    from bandit.settings import PolicySettings

    Rank = Callable[[Action], float]


@dataclass(frozen=True, slots=True)
class FixedRedundancyPolicy:
    """Ask the pool with the highest `rank` until the task has `labels_per_task` labels."""

    name: str
    rank: Rank
    settings: PolicySettings

    def pmf(self, context: Context) -> dict[str, float]:
        """Return the probability of each eligible action."""
        enough = context.labels >= self.settings.labels_per_task
        top = max((self.rank(action) for action in context.actions), default=0.0)
        pools = {action.pool: float(self.rank(action) == top) for action in context.actions}
        stop = float(enough) if context.may_stop else None
        explore, stopping = self.settings.explore_floor, self.settings.stop_floor
        lowered = lowered_floors(context.prices(), context.worth_usd)
        return with_floors(pools, stop, explore, stopping, lowered)


def uniform(settings: PolicySettings) -> FixedRedundancyPolicy:
    """Return the policy that asks all pools equally often."""
    return FixedRedundancyPolicy("uniform", lambda _: 0.0, settings)


def fixed(settings: PolicySettings) -> FixedRedundancyPolicy:
    """Return the policy that asks `settings.pool`, and others only if it isn't eligible."""
    return FixedRedundancyPolicy(
        "fixed", lambda action: float(action.pool == settings.pool), settings
    )


def cheapest(settings: PolicySettings) -> FixedRedundancyPolicy:
    """Return the policy that asks the cheapest eligible pool."""
    return FixedRedundancyPolicy("cheapest", lambda action: -action.usd, settings)


def best_known(settings: PolicySettings) -> FixedRedundancyPolicy:
    """Return the policy that asks the pool with the highest share of right labels so far."""
    return FixedRedundancyPolicy("best_known", lambda action: action.known_rate, settings)
