"""A decision's case built again from what was logged, as the shadow sees it.

What was so is taken from the log: the labels and what they say, who could be asked at what price,
the signals, how empty the pools were. What is a matter of configuration is the shadow's own: worth,
what waiting costs, when stopping is allowed. So are the predictions, by the shadow's brain.
"""

from __future__ import annotations

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

FORCED, AUDITED, NO_CHOICE = "forced stops", "audits", "single choices"
NO_POOL, MAX_ASKS, NOT_WHOLE = "unknown pools", "past max_asks", "not whole"


def left_out(decision: Decision, settings: Settings, pools: Mapping[str, Pool]) -> str | None:
    """Say why a decision isn't compared: there was no choice, or it can't be told; or `None`.

    Of a stop that was forced, who else could have been asked isn't logged. How many asks were
    declined isn't either, so beyond the shadow's own `max_asks` it can't be told what it may do.
    """
    options = decision.pmf.keys() - {STOP}
    policy = settings.policy
    if decision.why == DecisionReason.AUDIT:
        return AUDITED
    if not options:
        return FORCED
    seen = (decision.signals, decision.quality, decision.usd_per_label, decision.scarcity_usd)
    if decision.worth_usd <= 0.0 or not all(options <= one.keys() for one in seen):
        return NOT_WHOLE  # written by another program
    if decision.ask > policy.max_asks:
        return MAX_ASKS
    if len(options) == 1 and decision.labels < policy.min_labels:
        return NO_CHOICE
    costly = settings.of_project(decision.project).delay_usd_per_hour > 0.0
    if costly and not options <= pools.keys():
        return NO_POOL
    return None


def rebuild(
    decision: Decision, settings: Settings, brain: Brain, pools: Mapping[str, Pool], worth: float
) -> Context:
    """Return the case; `worth` is what a right answer is worth to the shadow, in dollars."""
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
    """What waiting costs; nothing is known of a pool that is gone."""
    return 0.0 if pool is None else delay_usd(settings, brain, project, pool)
