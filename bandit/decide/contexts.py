"""The context of a decision: gathered once, for the policy and for the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.decide.nobody_left import nobody_left
from bandit.decide.options import Options, PoolOptions
from bandit.decide.policies.context import Context
from bandit.decide.signals import system_features
from bandit.decide.terms import Terms
from bandit.events import Feature
from bandit.labels.weighed import Answer
from bandit.learn.belief import Belief, answers_of, believe
from bandit.task.promptness import delay_usd_per_hour
from bandit.task.worth import worth_usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.decide.time_pressure import TimePressure
    from bandit.desk.desk import Desk
    from bandit.events import Pool
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.settings import Settings
    from bandit.task.state import TaskState


class LoggedContext(msgspec.Struct, frozen=True, gc=False):
    """What the log gets of a context, and the `context` that the policy gets."""

    belief: Belief
    answers: tuple[Answer, ...]
    system: dict[str, Feature]
    terms: Terms
    options: Options
    context: Context


class ContextBuilder:
    """Builds contexts from tasks, the pools that could be asked, and what the brain knows."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        pools: Mapping[str, Pool],
        eligibility: Eligibility,
        capacity: Capacity,
        pressure: TimePressure,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._eligibility = eligibility
        self._options = PoolOptions(brain, capacity)
        self._pressure = pressure

    def nobody_left(self, state: TaskState) -> set[str]:
        """Return the pools that have nobody left who could label the task."""
        return nobody_left(self._brain.project(state.task.project).labels, state)

    def belief_only(self, desk: Desk, state: TaskState, now: float) -> LoggedContext:
        """Return the context of a stop that doesn't depend on pools: it has no actions."""
        return self.build(desk, state, (), now)

    def build(
        self,
        desk: Desk,
        state: TaskState,
        pools: Sequence[Pool],
        now: float,
        *,
        may_stop: bool = True,
        may_ask_several: bool = True,
    ) -> LoggedContext:
        """Return the context of a decision; `pools` are those that could be asked, experts last.

        Without `may_stop`, the task can't stop: asks of it are awaited. Without `may_ask_several`,
        pools are valued as if labels could only be asked for one after the other.
        """
        task, labeled = state.task, state.labeled()
        self._freeze_prior(state)
        answers = answers_of(self._brain, labeled)
        belief = believe(self._brain, state, answers)
        system = system_features(now, len(labeled), belief.answer, belief.confidence)
        policy = self._settings.policy
        labels_left = policy.max_labels - len(labeled)
        worth = worth_usd(self._settings, desk.state, task, self._pools.values())
        terms = Terms(
            now=now,
            worth_usd=worth,
            budget_price=self._eligibility.budget_price(task.project),
            delay_usd_per_hour=delay_usd_per_hour(self._settings, desk.state, task.project, worth),
            most=min(policy.lookahead_labels, labels_left),
            labels_left=labels_left,
            most_at_once=self._pressure.most_at_once(state, pools, now)
            if may_ask_several and labels_left > 0
            else {},
        )
        options = self._options.of(desk, task, pools, system, belief, answers, terms)
        context = Context(
            actions=options.actions,
            may_stop=may_stop and len(labeled) >= policy.min_labels,
            may_answer=may_stop
            and bool(state.prior)
            and not labeled
            and self._is_ready(task.project),
            posterior=tuple(belief.chances.values()),
            labels=len(labeled),
            labels_left=labels_left,
            worth_usd=worth,
            learned=self._brain.position,
            has_prior=bool(state.prior),
            budget_price=terms.budget_price,
        )
        return LoggedContext(belief, tuple(answers), system, terms, options, context)

    def _is_ready(self, project: str) -> bool:
        """Whether the machine labeler of a project may answer without people."""
        return self._brain.project(project).machine.is_ready

    def _freeze_prior(self, state: TaskState) -> None:
        """Ask the machine labeler about a task before its first decision, and never again."""
        if state.decided:
            return
        task = state.task
        is_off = self._eligibility.control(task.project).machine == "off"
        project = self._brain.project(task.project)
        known = {} if is_off else project.prior(task.classes, task.features, state.predictions)
        state.prior = known
