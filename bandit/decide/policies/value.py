"""Value-of-information policy: ask the pool with the highest look-ahead value, or stop.

Pools are explored by their values; the policy stops, but for a floor, when no value is positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.decide.policies.explorers import EXPLORERS
from bandit.decide.policies.value_of_information import values_usd
from bandit.learn.calibration import logistic, logit
from bandit.pmf import with_floors

if TYPE_CHECKING:
    from bandit.decide.policies.context import Context
    from bandit.settings import PolicySettings

SUREST = 0.995
"""Largest chance of a right label assumed in the look-ahead: log-odds stay finite."""
SPREAD = 0.6
"""Labelers of a pool differ: half are this much better in log-odds, half as much worse."""


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
        values = self.values_usd(context)
        stop = float(max(values.values(), default=0.0) <= 0.0) if context.may_stop else None
        if stop and context.labels == 1:
            stop = 1.0 - settings.second_opinion
        pools = {}
        if values:
            explore = EXPLORERS[settings.explorer]
            scaled = {pool: value / context.worth_usd for pool, value in values.items()}
            pools = explore(scaled, settings.rate, context.learned)
        return with_floors(pools, stop, settings.explore_floor, settings.stop_floor)

    def values_usd(self, context: Context) -> dict[str, float]:
        """Return the look-ahead value of each pool, in dollars above stopping now."""
        if not context.actions:
            return {}
        level = math.log(len(context.posterior) - 1)
        most = max(1, min(self.settings.lookahead_labels, context.labels_left))
        qualities = []
        for action in context.actions:
            middle = context.evidence * (logit(action.quality) + level)
            qualities.append(min(logistic(middle + SPREAD - level), SUREST))
            qualities.append(min(logistic(middle - SPREAD - level), SUREST))
        values = values_usd(
            context.posterior,
            qualities,
            [action.cost_usd for action in context.actions],
            context.worth_usd,
            most,
        )
        return dict(zip((action.pool for action in context.actions), values, strict=True))
