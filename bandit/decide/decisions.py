"""Decisions: the policy's distribution, one draw, one log entry.

This is the only place that draws a choice and the only one that logs it, so no logged propensity
can disagree with what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.foreseen import foreseen
from bandit.decide.signals import FEATURES_VERSION
from bandit.draw import choose, draw
from bandit.events import STOP, Ask, Decision
from bandit.labels.preferred import preferred
from bandit.reasons import DecisionReason
from bandit.task.state import AskState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.decide.contexts import LoggedContext
    from bandit.decide.policies.policy import Policy
    from bandit.desk.desk import Desk
    from bandit.events import Output, Pool, Task
    from bandit.learn.brain import Brain
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import Settings
    from bandit.task.state import TaskState

AUDIT, ESCALATION = DecisionReason.AUDIT, DecisionReason.ESCALATION

Pmf = dict[str, float]
"""Chance of each action, pools by name and `stop`; sums to 1."""


ArmPmfs = dict[str, tuple[float, ...]]
"""For each arm of a live test, its chances of a decision's options, in their order."""


class ArmLabel(NamedTuple):
    """What the log gets of a live test: its name, the arm that decides, and whose brain it has.

    `brain` is `own`, fed by the arm's rewards alone, or `shared`.
    """

    experiment: str | None = None
    arm: str | None = None
    brain: str | None = None


NO_TEST = ArmLabel()


class DecisionWriter:
    """Draws from the policy's distribution, and writes decisions and asks."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        policy: Policy,
        pools: Mapping[str, Pool],
        eligibility: Eligibility,
        transitions: Transitions,
        label: ArmLabel = NO_TEST,
    ) -> None:
        self.policy = policy
        self._label = label
        self._settings = settings
        self._brain = brain
        self._pools = pools
        self._eligibility = eligibility
        self._transitions = transitions

    def pmf(self, logged: LoggedContext) -> Pmf:
        """Return the policy's distribution over the actions of a context."""
        return self.policy.pmf(logged.context)

    def draw(self, state: TaskState, pmf: Pmf) -> str:
        """Draw the choice of a task's next decision: the same in every run."""
        return choose(pmf, draw(self._settings.seed, state.task.task, state.decided + 1))

    def stop(
        self,
        state: TaskState,
        logged: LoggedContext,
        pmf: Pmf,
        why: DecisionReason,
        arm_pmfs: ArmPmfs,
    ) -> Decision:
        """Return the decision to stop; `arm_pmfs` are the chances of other arms."""
        return self._decision(state, logged, pmf, STOP, why, None, arm_pmfs)

    def ask(
        self,
        desk: Desk,
        state: TaskState,
        logged: LoggedContext,
        pmf: Pmf,
        choice: str,
        why: DecisionReason,
        room: Room | None,
        arm_pmfs: ArmPmfs,
    ) -> list[Output]:
        """Return the decision to ask the pool `choice`, and the ask, which the desk then awaits."""
        pool = self._pools[choice]
        if pool.gold and why is not AUDIT:
            why = ESCALATION
        task = state.task
        expires_at = logged.terms.now + pool.ask_timeout_s
        if task.deadline_at is not None and why is not AUDIT:
            expires_at = min(expires_at, task.deadline_at)
        is_seen = not (pool.gold or state.waits())  # what came of it alone can be told
        decision = self._decision(state, logged, pmf, choice, why, expires_at, arm_pmfs)
        exclude = state.labelers()
        ask = AskState(
            ask=decision.ask,
            pool=choice,
            at=logged.terms.now,
            expires_at=expires_at,
            why=why,
            usd=pool.usd_per_label,
            pmf=pmf,
            propensity=decision.propensity,
            system=logged.system,
            signals=logged.options.signals[choice],
            quality=logged.options.quality[choice],
            arm=decision.arm,
            foreseen=foreseen(desk.state, state, logged, choice) if is_seen else None,
        )
        self._transitions.ask(
            desk,
            state,
            ask,
            pool,
            self._eligibility.caps(task.project),
            is_wanted=logged.options.value_of(choice) > 0.0,
        )
        if room is not None:
            room.count(pool)
        sent = Ask(
            task=task.task,
            project=task.project,
            ask=decision.ask,
            at=logged.terms.now,
            pool=choice,
            classes=task.classes,
            payload=task.payload,
            expires_at=expires_at,
            exclude=exclude,
            prefer=() if pool.gold else self._preferred(state, logged, choice, exclude),
        )
        return [decision, sent]

    def _preferred(
        self, state: TaskState, logged: LoggedContext, pool: str, exclude: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the pool's labelers who would say most about the task, the best first."""
        task = state.task
        model = self._brain.project(task.project).labels
        of = model, task.classes, tuple(logged.belief.chances.values()), pool
        if state.prior or logged.answers:
            names = preferred(*of)
        else:  # the same for all tasks
            names = model.memo.get(("preferred", task.classes, pool), lambda: preferred(*of))
        shadow = self._eligibility.control(task.project).shadow
        return tuple([name for name in names if name not in exclude and name not in shadow])

    def _decision(
        self,
        state: TaskState,
        logged: LoggedContext,
        pmf: Pmf,
        choice: str,
        why: DecisionReason,
        expires_at: float | None,
        arm_pmfs: ArmPmfs,
    ) -> Decision:
        """Number a decision and write it down."""
        state.decided += 1
        is_audit = why is AUDIT
        pin = None if is_audit else self._eligibility.control(state.task.project).pool
        return Decision(
            task=state.task.task,
            project=state.task.project,
            ask=state.decided,
            at=logged.terms.now,
            choice=choice,
            pmf=pmf,
            propensity=pmf[choice],
            why=why,
            features_version=FEATURES_VERSION,
            features={**state.task.features, **logged.system},
            signals=logged.options.signals,
            quality=logged.options.quality,
            usd_per_label=logged.options.usd,
            scarcity_usd=logged.options.scarcity_usd,
            worth_usd=logged.terms.worth_usd,
            usd=logged.options.usd.get(choice, 0.0),
            posterior=logged.belief.chances,
            confidence=logged.belief.confidence,
            labels=logged.context.labels,
            expires_at=expires_at,
            policy=self.policy.name,
            arm=self._label.arm,
            seed=self._settings.seed,
            brain_position=self._brain.position,
            control=None if pin is None else f"pin:{pin}",
            answers=logged.answers,
            values_usd={action.pool: action.value_usd for action in logged.options.actions},
            prior=state.prior or None,
            predictions=state.predictions,
            budget_price=logged.terms.budget_price,
            confidence_error=logged.belief.error,
            delay_usd_per_hour=logged.terms.delay_usd_per_hour,
            in_time=logged.options.in_time,
            experiment=self._label.experiment,
            arm_pmfs=arm_pmfs,
            brain=self._label.brain,
            novelty=self._novelty(state.task) if state.decided == 1 else None,
            awaited=0 if is_audit else len(state.awaited()),
        )

    def _novelty(self, task: Task) -> float | None:
        """Return the share of a task's features that are unlike those of its project so far."""
        return self._brain.project(task.project).novelty.of(task.features)
