"""The input of a policy, rebuilt from a logged decision, for the shadow.

Facts are taken from the log: the labels and the posterior, the eligible pools and their prices, the
signals, the free capacity of pools. What depends on the configuration is the shadow's own: the
value of a correct answer, the cost of waiting, when stopping is allowed, and the predictions.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bandit.decide.contexts import delay_usd
from bandit.decide.policies.context import Action, Context
from bandit.events import STOP
from bandit.reasons import DecisionReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Decision, Pool
    from bandit.learn.brain import Brain
    from bandit.settings import Settings


class NotCompared(StrEnum):
    """Why a decision is not compared; the values are written to the shadow's file."""

    FORCED = "forced stops"
    AUDITED = "audits"
    NO_CHOICE = "single choices"
    NO_POOL = "unknown pools"
    MAX_ASKS = "past max_asks"
    NOT_WHOLE = "not whole"


def left_out(
    decision: Decision, settings: Settings, pools: Mapping[str, Pool]
) -> NotCompared | None:
    """Return why a decision is not compared: no choice, or not enough is logged; or `None`.

    The log does not hold the other pools that could have been asked at a forced stop. Nor does it
    hold how many asks were declined, so after the shadow's own `max_asks` its options are unknown.
    """
    options = decision.pmf.keys() - {STOP}
    policy = settings.policy
    if decision.why == DecisionReason.AUDIT:
        return NotCompared.AUDITED
    if not options:
        return NotCompared.FORCED
    by_pool = (decision.signals, decision.quality, decision.usd_per_label, decision.scarcity_usd)
    if decision.worth_usd <= 0.0 or not all(options <= values.keys() for values in by_pool):
        return NotCompared.NOT_WHOLE  # written by another program
    if decision.ask > policy.max_asks:
        return NotCompared.MAX_ASKS
    if len(options) == 1 and decision.labels < policy.min_labels:
        return NotCompared.NO_CHOICE
    costly = settings.of_project(decision.project).delay_usd_per_hour > 0.0
    if costly and not options <= pools.keys():
        return NotCompared.NO_POOL
    return None


def rebuild(
    decision: Decision, settings: Settings, brain: Brain, pools: Mapping[str, Pool], worth: float
) -> Context:
    """Return the input of the policy; `worth` is the value of a correct answer, in dollars."""
    project = decision.project
    quality = brain.quality(project, decision.features, decision.signals)
    cheaper = worth / decision.worth_usd  # a pool's scarcity costs a share of the worth
    return Context(
        actions=tuple(
            Action(
                pool=name,
                usd=decision.usd_per_label[name],
                cost_usd=decision.usd_per_label[name]
                + _delay_usd(settings, brain, pools.get(name), project)
                + decision.scarcity_usd[name] * cheaper,
                quality=quality[name],
                known_rate=brain.pool_rate(project, name),
            )
            for name in decision.pmf
            if name != STOP
        ),
        may_stop=decision.labels >= settings.policy.min_labels,
        posterior=tuple(decision.posterior.values()),
        evidence=min(1.0, brain.calibration(project).slope),
        labels=decision.labels,
        labels_left=settings.policy.max_labels - decision.labels,
        worth_usd=worth,
        learned=brain.position,
    )


def _delay_usd(settings: Settings, brain: Brain, pool: Pool | None, project: str) -> float:
    """Cost of waiting for a pool, in dollars; 0 for a pool that is not in the log."""
    return 0.0 if pool is None else delay_usd(settings, brain, project, pool)
