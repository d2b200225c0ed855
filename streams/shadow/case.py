"""The input of a policy, rebuilt from a logged decision, for the shadow.

Facts are taken from the log: the labels and the posterior, the eligible pools and their prices, the
signals, the free capacity of pools. What depends on the configuration is the shadow's own: the
value of a correct answer, the cost of waiting, when stopping is allowed, and the predictions.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bandit.decide.by_features import USUAL, quality_and_rows, usual_odds
from bandit.decide.policies.context import Action, Context
from bandit.decide.values import values_usd
from bandit.decide.waiting import discounted, wait_s
from bandit.events import STOP
from bandit.labels.weighed import Answer
from bandit.reasons import DecisionReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Decision, Pool
    from bandit.learn.brain import Brain
    from bandit.settings import Settings


OWN = "own"
"""`Decision.brain` of an arm that learns for itself."""


class NotCompared(StrEnum):
    """Why a decision is not compared; the values are written to the shadow's file."""

    FORCED = "forced stops"
    AUDITED = "audits"
    NO_CHOICE = "single choices"
    NO_POOL = "unknown pools"
    MAX_ASKS = "past max_asks"
    NOT_WHOLE = "not whole"
    OWN_BRAIN = "arms with own brains"


def left_out(
    decision: Decision, settings: Settings, pools: Mapping[str, Pool]
) -> NotCompared | None:
    """Return why a decision is not compared: no choice, or not enough is logged; or `None`.

    The log does not hold the other pools that could have been asked at a forced stop. Nor does it
    hold how many asks were declined, so after the shadow's own `max_asks` its options are unknown.
    Where only experts were left to ask, it doesn't hold who could have labeled. What an arm of a
    live test has learned for itself, the shadow doesn't know.
    """
    options = decision.pmf.keys() - {STOP}
    policy = settings.policy
    if decision.why == DecisionReason.AUDIT:
        return NotCompared.AUDITED
    if decision.brain == OWN:
        return NotCompared.OWN_BRAIN
    is_last = options <= set(_experts(decision, pools)) and decision.labels < policy.max_labels
    if not options or is_last:
        return NotCompared.FORCED
    by_pool = (decision.signals, decision.quality, decision.usd_per_label, decision.scarcity_usd)
    if decision.worth_usd <= 0.0 or not all(options <= values.keys() for values in by_pool):
        return NotCompared.NOT_WHOLE  # written by another program
    if len(decision.answers) != decision.labels:
        return NotCompared.NOT_WHOLE  # written by a release that left the labels out
    if decision.ask > policy.max_asks:
        return NotCompared.MAX_ASKS
    if len(options) == 1 and (decision.awaited or decision.labels < policy.min_labels):
        return NotCompared.NO_CHOICE
    project = settings.of_project(decision.project)
    costly = project.delay_usd_per_hour > 0.0 or project.verdict_within_s is not None
    if costly and not options <= pools.keys():
        return NotCompared.NO_POOL
    return None


def rebuild(
    decision: Decision, settings: Settings, brain: Brain, pools: Mapping[str, Pool], worth: float
) -> Context:
    """Return the input of the policy; `worth` is the value of a correct answer, in dollars."""
    project = decision.project
    cheaper = worth / decision.worth_usd  # a pool's scarcity costs a share of the worth
    experts = _experts(decision, pools)
    others = [name for name in decision.pmf if name != STOP and name not in experts]
    names, n = (*others, *experts), len(others)
    costs = [
        (1.0 + decision.budget_price) * decision.usd_per_label[name]
        + _delay_usd(settings, brain, pools.get(name), decision)
        + decision.scarcity_usd[name] * cheaper
        for name in names
    ]
    labels_left = settings.policy.max_labels - decision.labels
    most = max(1, min(settings.policy.lookahead_labels, labels_left))
    model = brain.project(project)
    classes = tuple(decision.posterior)
    answers = [Answer(*answer) for answer in decision.answers]
    weighed = model.labels.weigh(classes, answers, decision.prior, decision.task)
    rows = model.labels.pool_rows(classes, names)
    usual = usual_odds(weighed, rows, names)
    signals = {name: {**decision.signals[name], USUAL: usual[name]} for name in names}
    quality, rows = quality_and_rows(brain, project, classes, decision.features, signals, usual)
    rows = model.labels.next_rows(rows, classes, names, answers)
    values = [
        *values_usd(rows[:n], weighed, names[:n], costs[:n], worth, most),
        *(worth * (1.0 - decision.confidence) - cost for cost in costs[n:]),
    ]
    values = [
        discounted(value, cost, decision.in_time.get(name, 1.0))
        for value, cost, name in zip(values, costs, names, strict=True)
    ]
    may_stop = not decision.awaited
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
        may_stop=may_stop and decision.labels >= settings.policy.min_labels,
        may_answer=may_stop
        and not decision.labels
        and bool(decision.prior)
        and model.machine.is_ready,
        posterior=tuple(decision.posterior.values()),
        labels=decision.labels,
        labels_left=labels_left,
        worth_usd=worth,
        learned=brain.position,
        has_prior=bool(decision.prior),
        budget_price=decision.budget_price,
    )


def own_options(case: Context, settings: Settings, pools: Mapping[str, Pool]) -> Context:
    """Return the context with the pools that the shadow could ask: experts last, if it escalates.

    `case` has those of the log.
    """
    asks_labels = case.labels_left > 0
    gold = {name for name, pool in pools.items() if pool.gold}
    own = [option for option in case.actions if option.pool not in gold and asks_labels]
    is_enough = all(option.value_usd <= 0.0 for option in own)
    if settings.policy.escalate and settings.policy.name == "value" and is_enough:
        own += [option for option in case.actions if option.pool in gold]
    return replace(case, actions=tuple(own))


def _experts(decision: Decision, pools: Mapping[str, Pool]) -> list[str]:
    """Return the gold pools that a decision could ask: experts, of an escalated task."""
    return [name for name in decision.pmf if name in pools and pools[name].gold]


def _delay_usd(settings: Settings, brain: Brain, pool: Pool | None, decision: Decision) -> float:
    """Cost of waiting for a pool, in dollars; 0 for a pool that is not in the log.

    Where the shadow limits the time to verdict, the price of waiting is the one that was in force.
    """
    if pool is None:
        return 0.0
    project = settings.of_project(decision.project)
    is_limited = project.verdict_within_s is not None
    per_hour = decision.delay_usd_per_hour if is_limited else project.delay_usd_per_hour
    return per_hour * wait_s(brain, decision.project, pool) / 3600.0
