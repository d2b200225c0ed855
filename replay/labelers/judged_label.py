"""A label of a log, with what everything but the label itself says of its task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.reasons import BY_EXPERTS, Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.events import Reward

GOLD = Basis.GOLD.value


@dataclass(frozen=True, slots=True)
class JudgedLabel:
    """A label; `chances` are those of the task's classes without it, `None` if nothing is known.

    They are the truth where gold has come, else the posterior from the other labels, else, of a
    task with this label alone, the machine labeler's prior. `right` is the chance that the label is
    right given all that is known, the label itself included (`replay.labelers.label_accuracy`);
    `None` where there is nothing to compare it with. `weight` is 1 / the probability of the audit
    that found the truth.
    """

    task: str
    project: str
    pool: str
    labeler: str
    answer: str
    classes: tuple[str, ...]
    at: float
    usd: float
    delay_s: float | None
    seconds_spent: float | None
    chances: Mapping[str, float] | None
    right: float | None = None
    is_gold: bool = False
    weight: float = 1.0
    shadowed: bool = False

    @property
    def agreement(self) -> float | None:
        """Chance that the answer is right, by all but the label itself."""
        return None if self.chances is None else self.chances.get(self.answer, 0.0)


def judged_label(
    reward: Reward, posterior: Mapping[str, float], audit_propensity: float | None = None
) -> JudgedLabel | None:
    """Return the label that a reward tells of; `None` where none came, or it was an audit's.

    `posterior` is that of the task's verdict, empty where there is none.
    """
    if reward.labeler is None or reward.answer is None or reward.pool is None:
        return None
    if reward.why in BY_EXPERTS:
        return None
    target = reward.target
    is_gold = reward.basis == GOLD and isinstance(target, str)
    chances: Mapping[str, float] | None
    if isinstance(target, str):
        chances = {target: 1.0}
    else:
        chances = target if target is not None else reward.prior
    known = chances if is_gold or not posterior else posterior
    return JudgedLabel(
        task=reward.task,
        project=reward.project,
        pool=reward.pool,
        labeler=reward.labeler,
        answer=reward.answer,
        classes=reward.classes,
        at=reward.decided_at + (reward.delay_s or 0.0),
        usd=reward.usd,
        delay_s=reward.delay_s,
        seconds_spent=reward.seconds_spent,
        chances=chances or None,
        right=known.get(reward.answer, 0.0) if chances and known else None,
        is_gold=is_gold,
        weight=1.0 / audit_propensity if is_gold and audit_propensity else 1.0,
        shadowed=reward.shadowed,
    )


def by_labeler(labels: Iterable[JudgedLabel]) -> dict[str, list[JudgedLabel]]:
    """Group labels by labeler, each in the order of time; labelers by name."""
    groups: dict[str, list[JudgedLabel]] = {}
    for label in sorted(labels, key=lambda label: (label.at, label.task)):
        groups.setdefault(label.labeler, []).append(label)
    return dict(sorted(groups.items()))
