"""The real policy: ask the pool whose labels are worth most above their cost, or stop.

Who is asked is explored on the value; whether to stop is economics with a floor: stop when no
pool's look-ahead value is positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.decide.policies.explorers import EXPLORERS
from bandit.decide.policies.stopping import values_usd
from bandit.learn.calibration import logistic, logit
from bandit.pmf import with_floors

if TYPE_CHECKING:
    from bandit.decide.policies.context import Context
    from bandit.settings import PolicySettings

SUREST = 0.995
SPREAD = 0.6
"""Labelers of a pool differ: half are this much better in log-odds, half as much worse."""


@dataclass(frozen=True, slots=True)
class ValuePolicy:
    """Value of labels = gain in confidence x worth - price - wait - scarcity, explored."""

    settings: PolicySettings

    @property
    def name(self) -> str:
        """Name in the log."""
        return f"value/{self.settings.explorer}"

    def pmf(self, context: Context) -> dict[str, float]:
        """Chance of everything eligible."""
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
        """Value of going on with each pool, in dollars above stopping now."""
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
