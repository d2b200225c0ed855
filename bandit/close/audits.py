"""Audits: closed tasks, drawn at random, whose truth an expert of a gold pool is asked for.

Who is audited is a keyed draw with the share of `audit.share`, logged in each verdict. The expert
is drawn evenly from the gold pools that may be asked. Their answer is the task's gold; it doesn't
count as a label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.queues import need_of
from bandit.draw import draw
from bandit.events import Gold
from bandit.reasons import DecisionReason

if TYPE_CHECKING:
    from bandit.decide.contexts import ContextBuilder
    from bandit.decide.decisions import DecisionWriter
    from bandit.desk.desk import Desk
    from bandit.events import Label, Output
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import Settings
    from bandit.task.state import TaskState


class Auditing:
    """Draws the tasks to audit, asks for their truth, and takes in the answers."""

    def __init__(
        self,
        settings: Settings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        transitions: Transitions,
    ) -> None:
        self.share = settings.audit.share
        self._seed = settings.seed
        self._most_asks = 2 * settings.policy.max_asks  # as many again as for labels
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._transitions = transitions

    def is_drawn(self, state: TaskState) -> bool:
        """Whether the draw sends the task's verdict to gold; one without an answer never is."""
        if not state.labeled():
            return False
        return draw(self._seed, state.task.task, 0, "audit") < self.share

    def ask(self, desk: Desk, state: TaskState, room: Room | None = None) -> list[Output]:
        """Ask a gold pool for the truth of a closed task; wait where none may be asked yet."""
        now, project = desk.now(state.task), state.task.project
        self._transitions.resume(desk, state)
        able = self._eligibility.able(need_of(state))
        verdict, n_asks = state.verdict, len(state.asks)
        if state.gold is not None or verdict is None or not able or n_asks >= self._most_asks:
            return []
        affordable = self._eligibility.affordable(project, able, now)
        if self._eligibility.control(project).paused or not affordable:
            situation = self._eligibility.situation(project, now)
            self._transitions.halt(desk, state, situation, now)
            return []
        free = self._eligibility.with_room(desk, affordable, room)
        if not free:
            self._transitions.queue(desk, state, affordable, now, verdict.worth_usd)
            return []
        logged = self._contexts.build(desk, state, free, now)
        pmf = {pool.pool: 1.0 / len(free) for pool in free}
        choice = self._decisions.draw(state, pmf)
        why = DecisionReason.AUDIT
        return self._decisions.ask(desk, state, logged, pmf, choice, why, room)

    def answer(self, state: TaskState, label: Label) -> None:
        """Take an expert's answer for the truth, unless that is known already."""
        if state.gold is None:
            source = f"pool {label.pool}"
            truth = Gold(task=label.task, answer=label.answer, at=label.at, source=source)
            self._transitions.truth(state, truth)
