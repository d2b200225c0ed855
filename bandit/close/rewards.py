"""Rewards: the outcome of an ask, its label judged by gold or else by the task's other labels.

Agreement with the others is a proxy of being right. A single label has nothing to compare with: its
basis is `none` and its quality `None`, never "right".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.signals import FEATURES_VERSION
from bandit.events import Reward
from bandit.reasons import Basis
from bandit.task.state import LABELED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.settings import RewardSettings
    from bandit.task.state import AskState, TaskState


GOLD, CONSENSUS, NONE = Basis.GOLD, Basis.CONSENSUS, Basis.NONE


class LabelJudgement(NamedTuple):
    """What a label is compared with: the true class, the others' posterior, or nothing."""

    basis: Basis
    target: str | dict[str, float] | None
    quality: float | None


NO_LABEL = LabelJudgement(Basis.EXPIRED, None, None)
UNJUDGED = LabelJudgement(Basis.NONE, None, None)


def by_gold(truth: str, answer: str) -> LabelJudgement:
    """Judge an answer by the truth."""
    return LabelJudgement(GOLD, truth, float(answer == truth))


def by_others(chances: Mapping[str, float], answer: str) -> LabelJudgement:
    """Judge an answer by the posterior from the other labels."""
    return LabelJudgement(CONSENSUS, dict(chances), chances[answer])


def reward_of(
    state: TaskState, ask: AskState, judgement: LabelJudgement, at: float, weights: RewardSettings
) -> Reward:
    """Return the next revision of an ask's reward, and note in `ask` that it was written."""
    previous_basis = ask.basis
    ask.revision += 1
    ask.basis = judgement.basis
    label = ask.label if ask.status is LABELED else None
    ended_at = ask.ended_at if label is None else label.at
    delay_s = None if ended_at is None else max(0.0, ended_at - ask.at)
    usd = ask.usd if label is not None else 0.0
    calibrates = judgement.basis is GOLD and not state.calibrated and state.raw_answer is not None
    state.calibrated = state.calibrated or calibrates
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
    )


def _scalar(
    judgement: LabelJudgement, usd: float, delay_s: float | None, weights: RewardSettings
) -> float | None:
    """Return weighted quality - price - wait; an ask without a label has only its wait."""
    if judgement.basis is NONE:
        return None
    quality = judgement.quality or 0.0
    wait_h = 0.0 if delay_s is None else delay_s / 3600.0
    return weights.quality_usd * quality - weights.usd * usd - weights.delay_usd_per_hour * wait_h
