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
from bandit.decide.values import values_usd
from bandit.events import STOP
from bandit.labels.weighed import Answer
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
    if len(decision.answers) != decision.labels:
        return NotCompared.NOT_WHOLE  # written by a release that left the labels out
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
    names = [name for name in decision.pmf if name != STOP]
    costs = [
        decision.usd_per_label[name]
        + _delay_usd(settings, brain, pools.get(name), project)
        + decision.scarcity_usd[name] * cheaper
        for name in names
    ]
    labels_left = settings.policy.max_labels - decision.labels
    most = max(1, min(settings.policy.lookahead_labels, labels_left))
    model = brain.project(project)
    classes = tuple(decision.posterior)
    prior = [decision.prior.get(name, 0.0) for name in classes] if decision.prior else None
    weighed = model.labels.weigh(classes, [Answer(*answer) for answer in decision.answers], prior)
    values = values_usd(model.labels, classes, weighed, names, costs, worth, most)
    return Context(
        actions=tuple(
            Action(
                pool=name,
                usd=decision.usd_per_label[name],
                value_usd=value,
                quality=quality[name],
                known_rate=brain.pool_rate(project, name),
            )
            for name, value in zip(names, values, strict=True)
        ),
        may_stop=decision.labels >= settings.policy.min_labels,
        may_answer=not decision.labels and bool(decision.prior) and model.machine.is_ready,
        posterior=tuple(decision.posterior.values()),
        labels=decision.labels,
        labels_left=labels_left,
        worth_usd=worth,
        learned=brain.position,
        has_prior=bool(decision.prior),
    )


def _delay_usd(settings: Settings, brain: Brain, pool: Pool | None, project: str) -> float:
    """Cost of waiting for a pool, in dollars; 0 for a pool that is not in the log."""
    return 0.0 if pool is None else delay_usd(settings, brain, project, pool)
