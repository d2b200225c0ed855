"""Rewards: the outcome of an ask, its label judged by gold or else by the task's other labels.

Agreement with the others is a proxy of being right. A single label has nothing to compare with: its
basis is `none` and its quality `None`, never "right".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.decide.signals import FEATURES_VERSION
from bandit.events import NO_ASK, Reward
from bandit.reasons import Basis, DecisionReason
from bandit.task.state import ESCALATION, LABELED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.settings import RewardSettings
    from bandit.task.state import AskState, TaskState


GOLD, CONSENSUS, NONE, OPEN = Basis.GOLD, Basis.CONSENSUS, Basis.NONE, Basis.OPEN
BY_GOLD = DecisionReason.GOLD


class LabelJudgement(msgspec.Struct, frozen=True, gc=False):
    """What a label is compared with: the true class, the others' posterior, or nothing."""

    basis: Basis
    target: str | dict[str, float] | None
    quality: float | None


NO_LABEL = LabelJudgement(Basis.EXPIRED, None, None)
UNJUDGED = LabelJudgement(Basis.NONE, None, None)
JUDGED_LATER = LabelJudgement(Basis.OPEN, None, None)


def by_gold(truth: str, answer: str) -> LabelJudgement:
    """Judge an answer by the truth."""
    return LabelJudgement(GOLD, truth, float(answer == truth))


def by_others(chances: Mapping[str, float], answer: str) -> LabelJudgement:
    """Judge an answer by the posterior from the other labels."""
    return LabelJudgement(CONSENSUS, dict(chances), chances[answer])


def reward_of(
    state: TaskState,
    ask: AskState,
    judgement: LabelJudgement,
    at: float,
    weights: RewardSettings,
    *,
    machine_learns: bool,
) -> Reward:
    """Return the next revision of an ask's reward, and note in `ask` that it was written."""
    previous_basis = ask.basis
    ask.revision += 1
    ask.basis = judgement.basis
    label = ask.label if ask.status is LABELED else None
    delay_s = None if ask.ended_at is None else max(0.0, ask.ended_at - ask.at)
    usd = ask.usd if label is not None else 0.0
    calibrates = judgement.basis is GOLD and not ask.shadowed and _calibrates(state)
    return Reward(
        task=state.task.task,
        project=state.task.project,
        ask=ask.ask,
        revision=ask.revision,
        at=at,
        decided_at=ask.at,
        why=ask.why,
        classes=state.task.classes,
        features_version=FEATURES_VERSION,
        features={**state.task.features, **ask.system},
        signals=ask.signals,
        pmf=ask.pmf,
        propensity=ask.propensity,
        pool=ask.pool,
        labeler=label.labeler if label else None,
        answer=label.answer if label else None,
        labeler_signals=ask.labeler_signals,
        watched=ask.watched,
        target=judgement.target,
        basis=judgement.basis,
        quality=judgement.quality,
        usd=usd,
        delay_s=delay_s,
        seconds_spent=label.seconds_spent if label else None,
        reward=_scalar(judgement, usd, delay_s, weights),
        weights_id=weights.weights_id,
        previous_basis=previous_basis,
        verdict_answer=state.raw_answer if calibrates else None,
        verdict_confidence=state.raw_confidence if calibrates else None,
        prior=state.prior or None,
        predictions=state.predictions,
        arm=ask.arm,
        machine_labels=len(state.labeled()) if machine_learns and not ask.shadowed else None,
        shadowed=ask.shadowed,
        list_usd=ask.list_usd,
        audit_propensity=_audit_propensity(state) if calibrates else None,
        experiment=None if ask.arm is None else state.experiment,
    )


def reward_of_gold(
    state: TaskState, truth: str, at: float, weights: RewardSettings, *, machine_learns: bool
) -> Reward:
    """Return the reward of gold on a task without labels: nobody was asked, the truth is known.

    It teaches what the task's features, its prior and its predictions say of the truth.
    """
    state.gold_rewarded = True
    calibrates = _calibrates(state)
    return Reward(
        task=state.task.task,
        project=state.task.project,
        ask=NO_ASK,
        revision=0,
        at=at,
        decided_at=at,
        why=BY_GOLD,
        classes=state.task.classes,
        features_version=FEATURES_VERSION,
        features=state.task.features,
        signals={},
        pmf={},
        propensity=1.0,
        pool=None,
        labeler=None,
        answer=None,
        labeler_signals={},
        target=truth,
        basis=GOLD,
        quality=None,
        usd=0.0,
        delay_s=None,
        seconds_spent=None,
        reward=None,
        weights_id=weights.weights_id,
        verdict_answer=state.raw_answer if calibrates else None,
        verdict_confidence=state.raw_confidence if calibrates else None,
        prior=state.prior or None,
        predictions=state.predictions,
        machine_labels=0 if machine_learns else None,
        audit_propensity=_audit_propensity(state) if calibrates else None,
        arm=state.arm,
        experiment=state.experiment,
    )


def _audit_propensity(state: TaskState) -> float | None:
    """Return the chance of the audit that the truth is from; `None` of other gold.

    An escalated task stands for itself alone: 1.
    """
    if any(ask.why == ESCALATION and ask.label is not None for ask in state.asks):
        return 1.0
    by_audit = any(ask.is_audit and ask.label is not None for ask in state.asks)
    return state.verdict.audit_propensity if by_audit and state.verdict is not None else None


def _calibrates(state: TaskState) -> bool:
    """Whether gold is to be compared with the verdict's confidence: once per task."""
    if state.calibrated or state.raw_answer is None:
        return False
    state.calibrated = True
    return True


def _scalar(
    judgement: LabelJudgement, usd: float, delay_s: float | None, weights: RewardSettings
) -> float | None:
    """Return weighted quality - price - wait; an ask without a label has only its wait."""
    if judgement.basis in {NONE, OPEN}:
        return None
    quality = judgement.quality or 0.0
    wait_h = 0.0 if delay_s is None else delay_s / 3600.0
    return weights.quality_usd * quality - weights.usd * usd - weights.delay_usd_per_hour * wait_h
