"""Closing a task: its verdict and its asks' rewards, and later revisions of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.close.audits import AuditDraw
from bandit.close.evicting import to_evict
from bandit.close.open_tasks import teaches_at_once
from bandit.close.rewards import (
    JUDGED_LATER,
    NO_LABEL,
    UNJUDGED,
    by_gold,
    by_others,
    reward_of,
    reward_of_gold,
)
from bandit.events import Verdict
from bandit.learn.belief import answers_of, believe, chances_without
from bandit.limits.controls import in_force
from bandit.reasons import Basis
from bandit.task.promptness import update_delay_price
from bandit.task.state import EXPIRED
from bandit.task.worth import update_worth

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.close.audits import Auditing
    from bandit.close.rewards import LabelJudgement
    from bandit.desk.desk import Desk
    from bandit.events import Control, Gold, Label, Output, Reward
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.lifecycle.transitions import Transitions
    from bandit.settings import Settings
    from bandit.task.state import AskState, AskStatus, TaskState

GOLD, CONSENSUS, SINGLE, NONE = Basis.GOLD, Basis.CONSENSUS, Basis.SINGLE, Basis.NONE

BY_LABELS = {0: Basis.MODEL, 1: SINGLE}
"""What an answer from so many labels rests on; from more it is a consensus."""


class Closing:
    """Writes verdicts and rewards, and a revision of each whenever what it rests on changes."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        audits: Auditing,
        transitions: Transitions,
        controls: Mapping[str, Control],
        partitions: int,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._controls = controls
        self._audits = audits
        self._transitions = transitions
        self._most_closed = settings.memory.max_closed // partitions

    def close(
        self, desk: Desk, state: TaskState, why: str, worth_usd: float, belief: Belief
    ) -> list[Output]:
        """Close a task: its verdict, revision 0, and the reward of every ask that has none yet."""
        now = desk.now(state.task)
        out: list[Output] = [
            self.give_up(desk, state, ask, EXPIRED, now) for ask in state.awaited()
        ]
        if state.labeled() or state.prior:
            state.raw_answer, state.raw_confidence = belief.answer, belief.raw_confidence
            update_worth(self._settings, desk.state, state.task, belief.confidence, belief.error)
        delay_s = max(0.0, now - state.task.at)
        update_delay_price(self._settings, desk.state, state.task.project, delay_s)
        for oldest in to_evict(desk, self._most_closed, now):
            # An audit may run out at this very tick.
            out += [
                self.give_up(desk, oldest, ask, EXPIRED, ask.expires_at) for ask in oldest.awaited()
            ]
            self._transitions.forget(desk, oldest)
        verdict = self._verdict(desk, state, now, why, worth_usd, belief)
        self._transitions.close(desk, state, verdict)
        return [*out, verdict, *self._rewards(state, now, belief)]

    def teach(self, desk: Desk, state: TaskState) -> list[Output]:
        """Write the rewards of an open task's labels that teach at once; closing judges them."""
        if state.verdict is not None or state.prior:
            return []
        labeled, known = state.labeled(), self._brain.project(state.task.project).labels.labels
        if not teaches_at_once(len(labeled), known):
            return []
        now = desk.now(state.task)
        new = [ask for ask in labeled if ask.basis in {None, Basis.EXPIRED}]
        out: list[Output] = [self._reward(state, ask, JUDGED_LATER, now) for ask in new]
        desk.put(state)
        return out

    def revise(self, desk: Desk, state: TaskState) -> list[Output]:
        """Write the next revision of a closed task's verdict, and of each reward that changes."""
        before = state.verdict
        if before is None:
            return []
        now = desk.now(state.task)
        # Where the truth is known, what the labels say of it doesn't matter any more.
        belief = None
        if state.gold is None:
            belief = believe(self._brain, state, answers_of(self._brain, state.labeled()))
        verdict = self._verdict(desk, state, now, before.why, before.worth_usd, belief)
        self._transitions.revise(state, verdict)
        return [verdict, *self._rewards(state, now, belief)]

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: AskStatus, at: float
    ) -> Reward:
        """End an ask without a label: it expired or was declined. Its outcome is a reward too."""
        self._transitions.give_up(desk, state, ask, status, at)
        return self._reward(state, ask, NO_LABEL, desk.now(state.task))

    def _rewards(self, state: TaskState, now: float, belief: Belief | None) -> list[Output]:
        """Return the rewards of labels that are new, or whose basis has changed.

        Gold of a task without labels has a reward of its own.
        """
        labeled = state.labeled()
        others: dict[int, dict[str, float]] = {}
        if state.gold is None and belief is not None and len(labeled) > 1:
            chances = chances_without(self._brain, state, belief)
            others = {ask.ask: one for ask, one in zip(labeled, chances, strict=True)}
        out: list[Output] = []
        for ask in state.asks:
            if ask.label is None:
                continue
            if ask.shadowed and labeled and belief is not None:
                others[ask.ask] = belief.chances  # the label isn't among those that it rests on
            judgement = _judge(state.gold, ask, ask.label, others.get(ask.ask))
            if judgement.basis != ask.basis:
                out.append(self._reward(state, ask, judgement, now))
        if state.gold is not None and not labeled and not state.gold_rewarded:
            learns = self._machine_learns(state)
            out.append(
                reward_of_gold(
                    state, state.gold.answer, now, self._settings.reward, machine_learns=learns
                )
            )
        return out

    def _reward(
        self, state: TaskState, ask: AskState, judgement: LabelJudgement, now: float
    ) -> Reward:
        learns = self._machine_learns(state)
        return reward_of(state, ask, judgement, now, self._settings.reward, machine_learns=learns)

    def _machine_learns(self, state: TaskState) -> bool:
        """Whether the machine labeler of the task's project learns: neither frozen nor off."""
        return in_force(self._controls, state.task.project).machine == "on"

    def _verdict(
        self,
        desk: Desk,
        state: TaskState,
        now: float,
        why: str,
        worth_usd: float,
        belief: Belief | None,
    ) -> Verdict:
        """Return the next revision of the verdict; who is audited is drawn at the first."""
        task, labeled = state.task, state.labeled()
        answer, confidence, raw = None, None, None
        basis, chances = NONE, dict.fromkeys(task.classes, 1.0 / len(task.classes))
        if state.gold is not None:
            answer, confidence, basis = state.gold.answer, 1.0, GOLD
            chances = {name: float(name == answer) for name in task.classes}
            raw = state.raw_confidence
        elif belief is not None and (labeled or state.prior):
            answer, confidence, chances = belief.answer, belief.confidence, belief.chances
            raw = belief.raw_confidence
            basis = BY_LABELS.get(len(labeled), CONSENSUS)
        before = state.verdict
        drawn = (
            self._audits.draw(desk, state, confidence)
            if before is None
            else AuditDraw(before.audited, before.audit_propensity)
        )
        return Verdict(
            task=task.task,
            project=task.project,
            revision=0 if before is None else before.revision + 1,
            at=now,
            answer=answer,
            confidence=confidence,
            raw_confidence=raw,
            posterior=chances,
            labels=len(labeled),
            usd=state.usd(),
            delay_s=max(0.0, now - task.at),
            basis=basis,
            why=why,
            worth_usd=worth_usd,
            audited=drawn.audited,
            audit_propensity=drawn.chance,
            deadline_at=task.deadline_at,
        )


def _judge(
    gold: Gold | None, ask: AskState, label: Label, others: dict[str, float] | None
) -> LabelJudgement:
    """Judge a label by gold, else by the other labels, else not at all; an expert's is gold."""
    if gold is not None and not ask.is_expert:
        return by_gold(gold.answer, label.answer)
    return UNJUDGED if others is None else by_others(others, label.answer)
