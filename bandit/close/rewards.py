"""Rewards: what came of an ask, judged by gold or else by the other labels of the task.

Agreement with the others is a proxy. A lone label has nothing to compare with: its basis is `none`
and its quality `None`, never "right".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.events import Reward
from bandit.task.state import LABELED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.settings import RewardSettings
    from bandit.task.state import AskState, TaskState


class Judgement(NamedTuple):
    """What a label is held against: the true class, the others' posterior, or nothing."""

    basis: str
    target: str | dict[str, float] | None
    quality: float | None


EXPIRED = Judgement("expired", None, None)
ALONE = Judgement("none", None, None)


def by_gold(truth: str, answer: str) -> Judgement:
    """Judge an answer by the truth."""
    return Judgement("gold", truth, float(answer == truth))


def by_others(chances: Mapping[str, float], answer: str) -> Judgement:
    """Judge an answer by the posterior from the other labels."""
    return Judgement("consensus", dict(chances), chances[answer])


def reward_of(
    state: TaskState, ask: AskState, judged: Judgement, at: float, weights: RewardSettings
) -> Reward:
    """Return the next revision of an ask's reward, and note in `ask` that it was written."""
    previous_basis = ask.basis
    ask.revision += 1
    ask.basis = judged.basis
    label = ask.label if ask.status == LABELED else None
    ended_at = ask.ended_at if label is None else label.at
    delay_s = None if ended_at is None else max(0.0, ended_at - ask.at)
    usd = ask.usd if label is not None else 0.0
    calibrates = judged.basis == "gold" and not state.calibrated and state.raw_answer is not None
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
        target=judged.target,
        basis=judged.basis,
        quality=judged.quality,
        usd=usd,
        delay_s=delay_s,
        seconds_spent=label.seconds_spent if label else None,
        reward=_scalar(judged, usd, delay_s, weights),
        weights_id=weights.weights_id,
        previous_basis=previous_basis,
        verdict_answer=state.raw_answer if calibrates else None,
        verdict_confidence=state.raw_confidence if calibrates else None,
    )


def _scalar(
    judged: Judgement, usd: float, delay_s: float | None, weights: RewardSettings
) -> float | None:
    """Quality less price and wait; an ask without a label has no quality to add, only its wait."""
    if judged.basis == ALONE.basis:
        return None
    quality = judged.quality or 0.0
    waited = 0.0 if delay_s is None else delay_s / 3600.0
    return weights.quality_usd * quality - weights.usd * usd - weights.delay_usd_per_hour * waited


FEATURES_VERSION = 1
"""Raise it when the meaning of a feature changes: models must not mix the two."""
