"""The chances that each arm of a live test gives the options of a decision, whichever arm drew.

An arm's chances are those of its own policy in the same situation: with the task's labels as they
came, the pools that could be asked now, its own brain, and what its machine labeler said at the
first decision. An option that is closed to it has chance 0. So for a task with decisions t, in
which c_t was chosen,

    chance of these choices = sum over arms a of share_a * product over t of pmf_a,t(c_t),

the balanced mixture of Agarwal, Basu, Schnabel and Joachims (2017), Effective Evaluation using
Logged Bandit Feedback from Multiple Loggers, KDD, section 5. Labelers' signals are as the arm that
drew saw them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.decide.decisions import ArmPmfs
    from bandit.desk.desk import Desk
    from bandit.engine.plan import Planner
    from bandit.learn.brain import Brain
    from bandit.limits.turn import Room
    from bandit.task.state import TaskState

SHARED = ""
"""Where a task keeps the shared brain's prior; no arm has this name."""


class PlannedArm(NamedTuple):
    """An arm's planner and the brain that it plans with; whether that is its own."""

    planner: Planner
    brain: Brain
    is_own: bool


class OtherArms:
    """The chances of all arms, for the decisions of one of them: `arm`, which decides by `brain`.

    `arms` are those of the test, in the order of the configuration.
    """

    def __init__(self, arm: str | None, brain: Brain, arms: Mapping[str, PlannedArm]) -> None:
        self._arm = arm
        self._brain = brain
        self._arms = arms

    def pmfs(
        self,
        desk: Desk,
        state: TaskState,
        now: float,
        room: Room | None,
        pmf: dict[str, float],
    ) -> ArmPmfs:
        """Return the chances of the options of `pmf`, from which this arm draws, by arm."""
        if self._arm is None:
            return {}
        return {
            name: tuple(pmf.values())
            if name == self._arm
            else self._of(name, arm, desk, state, now, room, pmf)
            for name, arm in self._arms.items()
        }

    def _of(
        self,
        name: str,
        arm: PlannedArm,
        desk: Desk,
        state: TaskState,
        now: float,
        room: Room | None,
        pmf: dict[str, float],
    ) -> tuple[float, ...]:
        if arm.brain is self._brain:
            chances = arm.planner.plan(desk, state, now, room).pmf
        else:
            key = name if arm.is_own else SHARED
            seen = replace(state, prior=state.arm_priors.get(key, state.prior))
            chances = arm.planner.plan(desk, seen, now, room).pmf
            if not state.decided:
                state.arm_priors = {**state.arm_priors, key: seen.prior}
        return tuple([chances.get(option, 0.0) for option in pmf])
