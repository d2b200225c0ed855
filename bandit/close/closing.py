"""Closing a task: its verdict and rewards, later revisions of them, and who is audited."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from bandit.close.rewards import ALONE, EXPIRED, by_gold, by_others, reward_of
from bandit.draw import draw
from bandit.events import Verdict
from bandit.learn.belief import believe, others_say
from bandit.limits.waiting import end_wait
from bandit.task.state import AUDIT, WAITING
from bandit.task.state import EXPIRED as OVER
from bandit.task.worth import delivered

if TYPE_CHECKING:
    from bandit.close.rewards import Judgement
    from bandit.desk.desk import Desk
    from bandit.events import Gold, Label, Output, Reward
    from bandit.learn.belief import Belief
    from bandit.learn.brain import Brain
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.settings import Settings
    from bandit.task.state import AskState, TaskState

AT_ONCE = 2
"""Closed tasks let go for one that closes: if there are far too many, they become fewer slowly."""


class Closing:
    """Writes verdicts and rewards, each as often as what it rests on changes."""

    def __init__(
        self,
        settings: Settings,
        brain: Brain,
        capacity: Capacity,
        budgets: Budgets,
        partitions: int,
    ) -> None:
        self._settings = settings
        self._brain = brain
        self._capacity = capacity
        self._budgets = budgets
        self._most_closed = settings.memory.max_closed // partitions

    def close(
        self, desk: Desk, state: TaskState, why: str, worth_usd: float, belief: Belief
    ) -> list[Output]:
        """Give the verdict, revision 0, and the reward of every ask that has none yet."""
        now = desk.now(state.task)
        out: list[Output] = [
            self.give_up(desk, state, ask, OVER, now) for ask in state.asks if ask.status == WAITING
        ]
        if state.labeled():
            state.raw_answer, state.raw_confidence = belief.answer, belief.raw_confidence
            delivered(self._settings, desk.state, state.task, belief.confidence)
        for other in islice(desk.too_many(self._most_closed, now), AT_ONCE):
            end_wait(desk, other, self._capacity)
            desk.forget(other.task.task)
        state.closed_at = now
        desk.remember(state.task.task, now)
        return [*out, *self._written(state, now, why, worth_usd, belief)]

    def revise(self, desk: Desk, state: TaskState) -> list[Output]:
        """Write the next revision of a closed task's verdict, and of each reward that changes."""
        verdict = state.verdict
        if verdict is None:
            return []
        # Where the truth is known, what the labels say of it doesn't matter any more.
        belief = believe(self._brain, state, state.labeled()) if state.gold is None else None
        return self._written(state, desk.now(state.task), verdict.why, verdict.worth_usd, belief)

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: str, at: float
    ) -> Reward:
        """End an ask without a label: it expired or was declined. Its outcome is a reward too."""
        ask.status = status
        ask.ended_at = at
        self._capacity.end(desk, ask.pool)
        self._budgets.correct(desk, state.task.project, ask.at, -ask.usd)
        return reward_of(state, ask, EXPIRED, desk.now(state.task), self._settings.reward)

    def _drawn(self, task: str) -> bool:
        """Whether the keyed draw sends the verdict of a task to gold."""
        return draw(self._settings.seed, task, 0, "audit") < self._settings.audit.share

    def _written(
        self, state: TaskState, now: float, why: str, worth_usd: float, belief: Belief | None
    ) -> list[Output]:
        """Verdict first, then the rewards that are new or whose basis has changed."""
        out: list[Output] = [self._verdict(state, now, why, worth_usd, belief)]
        labeled = state.labeled()
        compared = state.gold is None and len(labeled) > 1
        others = others_say(self._brain, state, labeled) if compared else {}
        for ask in state.asks:
            if ask.label is None:
                continue
            judged = _judge(state.gold, ask, ask.label, others.get(ask.ask))
            if judged.basis != ask.basis:
                out.append(reward_of(state, ask, judged, now, self._settings.reward))
        return out

    def _verdict(
        self, state: TaskState, now: float, why: str, worth_usd: float, belief: Belief | None
    ) -> Verdict:
        """Return the next revision of the verdict, and note it in `state`."""
        task, labeled = state.task, state.labeled()
        answer, confidence, raw = None, None, None
        basis, chances = "none", dict.fromkeys(task.classes, 1.0 / len(task.classes))
        if state.gold is not None:
            answer, confidence, basis = state.gold.answer, 1.0, "gold"
            chances = {name: float(name == answer) for name in task.classes}
            raw = state.raw_confidence
        elif belief is not None and labeled:
            answer, confidence, chances = belief.answer, belief.confidence, belief.chances
            raw = belief.raw_confidence
            basis = "consensus" if len(labeled) > 1 else "single"
        verdict = Verdict(
            task=task.task,
            project=task.project,
            revision=0 if state.verdict is None else state.verdict.revision + 1,
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
            audited=bool(labeled) and self._drawn(task.task),  # without an answer, none to audit
            audit_propensity=self._settings.audit.share,
            deadline_at=task.deadline_at,
        )
        state.verdict = verdict
        return verdict


def _judge(
    gold: Gold | None, ask: AskState, label: Label, others: dict[str, float] | None
) -> Judgement:
    """Judge a label by gold, else by the other labels, else by nothing; an audit's is gold."""
    if gold is not None and ask.why != AUDIT:
        return by_gold(gold.answer, label.answer)
    return ALONE if others is None else by_others(others, label.answer)
