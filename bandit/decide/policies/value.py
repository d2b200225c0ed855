"""Value-of-information policy: ask the pool with the highest look-ahead value, or stop.

Pools are explored by their values; the policy stops, but for a floor, when no value is positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.decide.policies.explorers import EXPLORERS
from bandit.pmf import lowered_floors, with_floors

if TYPE_CHECKING:
    from bandit.decide.policies.context import Context
    from bandit.settings import PolicySettings


@dataclass(frozen=True, slots=True)
class ValuePolicy:
    """Explore on: gain in confidence x value of a right answer - price - wait - scarcity."""

    settings: PolicySettings

    @property
    def name(self) -> str:
        """Return the name in the log."""
        return f"value/{self.settings.explorer}"

    def pmf(self, context: Context) -> dict[str, float]:
        """Return the probability of each eligible action."""
        settings = self.settings
        values = {action.pool: action.value_usd for action in context.actions}
        stop = float(context.is_enough) if context.may_stop else None
        if context.may_answer and context.is_enough:
            stop = 1.0 - settings.check_share
        elif stop and context.labels == 1:
            stop = 1.0 - self._second_opinion(context)
        pools = {}
        if values:
            explore = EXPLORERS[settings.explorer]
            scaled = {pool: value / context.worth_usd for pool, value in values.items()}
            pools = explore(scaled, settings.rate, context.learned)
        lowered = lowered_floors(context.prices(), context.worth_usd)
        return with_floors(pools, stop, settings.explore_floor, settings.stop_floor, lowered)

    def _second_opinion(self, context: Context) -> float:
        """Return the least chance of a second label, though none is worth its price.

        It teaches, so it is bought like all that explores: its expected loss is at most the share
        `explore_floor` of what a right answer is worth.
        """
        settings = self.settings
        # With a prior, the first label could disagree with something already.
        chance = settings.check_share if context.has_prior else settings.second_opinion
        chance /= 1.0 + context.budget_price
        loss = min((-action.value_usd for action in context.actions), default=0.0)
        most = settings.explore_floor * context.worth_usd
        return min(chance, most / loss) if loss > 0.0 else chance
