"""The arms of a live test, each with its policy and brain, and which of them a task belongs to.

Rule 1: a task keeps the arm of its arrival, until its test is no longer configured. Then, as for
tasks that came before the test, [policy] decides with the shared brain.
Rule 2: room, budgets, the prices of accuracy and waiting, and audits are those of all arms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from bandit.close.audits import Auditing
from bandit.close.closing import Closing
from bandit.decide.contexts import ContextBuilder
from bandit.decide.decisions import NO_TEST, ArmLabel, DecisionWriter
from bandit.decide.policies.policy import make
from bandit.decide.time_pressure import TimePressure
from bandit.engine.beside import Beside
from bandit.engine.decider import Decider
from bandit.engine.deferral import Deferral
from bandit.engine.other_arms import OtherArms, PlannedArm
from bandit.engine.plan import Planner
from bandit.experiment.assign import arm_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.events import Control, Label, Output, Pool, Task
    from bandit.learn.brain import Brain
    from bandit.learn.brains import Brains
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.reasons import DecisionReason
    from bandit.settings import Settings
    from bandit.task.state import AskState, AskStatus, TaskState


class Arm(NamedTuple):
    """What decides about the tasks of an arm, closes and audits them."""

    brain: Brain
    decisions: DecisionWriter
    decider: Decider
    closing: Closing
    audits: Auditing


class Arms:
    """Decides about each task by its arm."""

    def __init__(
        self,
        settings: Settings,
        brains: Brains,
        pools: Mapping[str, Pool],
        controls: Mapping[str, Control],
        capacity: Capacity,
        eligibility: Eligibility,
        transitions: Transitions,
        partitions: int,
    ) -> None:
        self._settings = settings
        self._brains = brains
        self._pools = pools
        self._controls = controls
        self._capacity = capacity
        self._eligibility = eligibility
        self._transitions = transitions
        self._partitions = partitions
        self._test = settings.experiment
        self._planned: dict[str, PlannedArm] = {}
        self.base = self._made(None, settings)
        self._arms: dict[str, Arm] = {}
        self.renew()

    def renew(self) -> None:
        """Make the arms anew, with the brains that they have now."""
        if self._test is None:
            return
        for name, arm in self._test.arms.items():
            policy = arm.policy(self._settings.policy)
            self._arms[name] = self._made(name, replace(self._settings, policy=policy))

    def assign(self, state: TaskState, task: Task) -> None:
        """Give a new task its arm."""
        if self._test is not None:
            state.experiment = self._test.name
            state.arm = arm_of(self._test, task.task, task.project, task.at)

    def of(self, state: TaskState) -> Arm:
        """Return what decides about a task."""
        if self._test is None or state.arm is None or state.experiment != self._test.name:
            return self.base
        return self._arms.get(state.arm, self.base)

    def decide(
        self, desk: Desk, state: TaskState, why: DecisionReason, room: Room | None = None
    ) -> list[Output]:
        """Ask a pool about an open task, stop, or wait."""
        return self.of(state).decider.decide(desk, state, why, room)

    def go_on(self, desk: Desk, state: TaskState, why: DecisionReason) -> list[Output]:
        """Of a task of which asks are awaited, stop without them, ask beside them, or wait."""
        return self.of(state).decider.go_on(desk, state, why)

    def decide_again(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Decide once more about an open task, or ask for an audit once more."""
        return self.of(state).decider.decide_again(desk, state, room)

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: AskStatus, at: float
    ) -> list[Output]:
        """End an ask without a label, and decide again about its task."""
        return self.of(state).decider.give_up(desk, state, ask, status, at)

    def revise(self, desk: Desk, state: TaskState) -> list[Output]:
        """Write the next revision of a closed task's verdict, and of each reward that changes."""
        return self.of(state).closing.revise(desk, state)

    def teach(self, desk: Desk, state: TaskState) -> list[Output]:
        """Write the rewards of a task's labels, if it is open, to be judged when it closes."""
        return self.of(state).closing.teach(desk, state)

    def audited(self, state: TaskState, label: Label) -> None:
        """Take an expert's answer for the truth, unless that is known already."""
        self.of(state).audits.answer(state, label)

    def _made(self, name: str | None, settings: Settings) -> Arm:
        """Return what decides by `settings`, those of the arm `name`."""
        brain, label, where = self._brains.of(name), NO_TEST, "policy"
        is_own = brain is not self._brains.shared
        if name is not None and self._test is not None:
            label = ArmLabel(self._test.name, name, "own" if is_own else "shared")
            where = f"experiment.arms.{name}"
        eligibility, moves = self._eligibility, self._transitions
        pressure = TimePressure(settings, brain, self._pools)
        contexts = ContextBuilder(
            settings, brain, self._pools, eligibility, self._capacity, pressure
        )
        policy = make(settings.policy, where)
        decisions = DecisionWriter(settings, brain, policy, self._pools, eligibility, moves, label)
        deferral = Deferral(settings.policy, eligibility, contexts, self._capacity)
        beside = Beside(settings.policy, eligibility, contexts, decisions, pressure)
        planner = Planner(settings.policy, eligibility, contexts, decisions, deferral, beside)
        if name is not None:
            self._planned[name] = PlannedArm(planner, brain, is_own)
        others = OtherArms(name, brain, self._planned)
        audits = Auditing(
            settings, eligibility, contexts, decisions, moves, self._partitions, self._names(name)
        )
        closing = Closing(settings, brain, audits, moves, self._controls, self._partitions)
        decider = Decider(
            planner,
            eligibility,
            contexts,
            decisions,
            closing,
            audits,
            moves,
            deferral,
            beside,
            others.pmfs,
        )
        return Arm(brain, decisions, decider, closing, audits)

    def _names(self, name: str | None) -> tuple[str, ...]:
        """Return the arms of the test that `name` is an arm of; none outside of one."""
        return () if name is None or self._test is None else tuple(self._test.arms)
