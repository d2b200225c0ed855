"""Audits: closed tasks, drawn at random, whose truth an expert of a gold pool is asked for.

Who is audited is a keyed draw when the task closes, with a chance that is larger for unsure answers
(`bandit.close.audit_chance`). Chance and draw are logged in the verdict, and no later revision
changes them. The expert is drawn evenly from the gold pools that may be asked. Their answer is the
task's gold; it doesn't count as a label.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from bandit.close.audit_budget import note_audit, paced_share, share_by_labels
from bandit.close.audit_chance import audit_chance
from bandit.desk.queues import need_of
from bandit.draw import draw
from bandit.events import Gold
from bandit.reasons import DecisionReason
from bandit.task.worth import target_of

if TYPE_CHECKING:
    from bandit.decide.contexts import ContextBuilder
    from bandit.decide.decisions import DecisionWriter
    from bandit.desk.desk import Desk
    from bandit.events import Label, Output
    from bandit.lifecycle.transitions import Transitions
    from bandit.limits.eligibility import Eligibility
    from bandit.limits.turn import Room
    from bandit.settings import AuditSettings, Settings
    from bandit.task.state import TaskState


class AuditDraw(msgspec.Struct, frozen=True, gc=False):
    """Whether a verdict is sent to gold, and with what chance it could have been."""

    audited: bool
    chance: float


NOT_AUDITED = AuditDraw(audited=False, chance=0.0)


class Auditing:
    """Draws the tasks to audit, asks for their truth, and takes in the answers."""

    def __init__(
        self,
        settings: Settings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        decisions: DecisionWriter,
        transitions: Transitions,
        partitions: int,
        arms: tuple[str, ...] = (),
    ) -> None:
        self._arms = arms
        self._all, self._settings = settings, settings.audit
        self._partitions = partitions
        self._seed = settings.seed
        self._most_asks = 2 * settings.policy.max_asks  # as many again as for labels
        self._eligibility = eligibility
        self._contexts = contexts
        self._decisions = decisions
        self._transitions = transitions

    def draw(self, desk: Desk, state: TaskState, confidence: float | None) -> AuditDraw:
        """Draw whether the first verdict of a task is sent to gold, once and for all.

        One without an answer (`confidence` is `None`) never is, nor one that rests on gold.
        """
        if confidence is None or state.gold is not None:
            return NOT_AUDITED
        now, project = desk.now(state.task), state.task.project
        settings = self._paced(desk, state, now)
        chance = audit_chance(settings, desk.state, project, confidence)
        audited = draw(self._seed, state.task.task, 0, "audit") < chance
        if audited and settings.usd_per_day is not None:
            usd = self._usd(state)
            note_audit(settings, desk.state, project, now, usd, self._partitions)
        return AuditDraw(audited, chance)

    def _usd(self, state: TaskState) -> float:
        """Return the mean price of the experts who could audit a task, 0 without any."""
        experts = self._eligibility.able(need_of(state)._replace(is_audit=True))
        return fmean(pool.usd_per_label for pool in experts) if experts else 0.0

    def _paced(self, desk: Desk, state: TaskState, now: float) -> AuditSettings:
        """Return the settings with the share that budget, goal and price leave of theirs."""
        settings, project = self._settings, state.task.project
        share = paced_share(settings, desk.state, project, now, self._partitions)
        if target_of(self._all, state.task) is not None:
            labels_usd, usd = state.usd(), self._usd(state)
            share = min(share, share_by_labels(settings, desk.state, project, labels_usd, usd))
        price = self._eligibility.budget_price(project)
        if price > 0.0:
            least = min(settings.least, settings.share)
            share = min(share, max(least, share / (1.0 + price)))
        return settings if share == settings.share else replace(settings, share=share)

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
        same = dict.fromkeys(self._arms, tuple(pmf.values()))  # audits are alike in all arms
        return self._decisions.ask(desk, state, logged, pmf, choice, why, room, same)

    def answer(self, state: TaskState, label: Label) -> None:
        """Take an expert's answer for the truth, unless that is known already."""
        if state.gold is None:
            source = f"pool {label.pool}"
            truth = Gold(task=label.task, answer=label.answer, at=label.at, source=source)
            self._transitions.truth(state, truth)
