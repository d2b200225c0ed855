"""Tasks and labels of a log, with the features and signals that were logged about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.reasons import BY_EXPERTS, Basis
from replay.features_report.derived import of_pool, of_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Chances, Feature
    from replay.log_files.histories import History

GOLD = Basis.GOLD.value
OWN = "poolwise."
"""How the names of features begin that poolwise adds to a task's own."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label: the signals that were logged about it, and the chance that it is right.

    `progress` is the state of its task and the hour when it was asked for, `pool_signals` are the
    pool's record and prices then, `labeler_signals` the labeler's record. `quality` is `None` where
    nothing judges the label.
    """

    pool: str
    progress: Mapping[str, Feature]
    pool_signals: Mapping[str, float]
    labeler_signals: Mapping[str, float]
    quality: float | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task: its features, what people or gold say of it, and its labels.

    `answers` is the share of each answer among people's labels, the truth alone if it is known, and
    empty if there is neither. The machine labeler has no part in it: it learned from the features.
    """

    task: str
    project: str
    at: float
    features: Mapping[str, Feature]
    predictions: Mapping[str, Chances]
    answers: Mapping[str, float]
    labels: tuple[LabelRow, ...]


def task_row(history: History) -> TaskRow:
    """Return what a task's events say."""
    first = history.decisions[0]
    truth: str | None = None
    answers: Counter[str] = Counter()
    asked = {decision.ask: decision for decision in history.decisions}
    labels = []
    for reward in history.rewards:
        if reward.basis == GOLD and isinstance(reward.target, str):
            truth = reward.target
        if reward.labeler is None or reward.answer is None or reward.pool is None:
            continue
        if reward.why in BY_EXPERTS or reward.shadowed:
            continue
        answers[reward.answer] += 1
        progress = {k: v for k, v in reward.features.items() if k.startswith(OWN)}
        pool_signals = dict(reward.signals)
        decision = asked.get(reward.ask)
        if decision is not None:
            progress |= of_progress(decision, history.at)
            pool_signals |= of_pool(decision, reward.pool)
        if first.novelty is not None:
            progress["novelty"] = first.novelty
        labels.append(
            LabelRow(
                reward.pool,
                progress,
                pool_signals,
                {**reward.labeler_signals, **reward.watched},
                reward.quality,
            )
        )
    people = {name: count / answers.total() for name, count in answers.items()}
    return TaskRow(
        task=history.task,
        project=first.project,
        at=history.at,
        features={k: v for k, v in first.features.items() if not k.startswith(OWN)},
        predictions=first.predictions,
        answers=people if truth is None else {truth: 1.0},
        labels=tuple(labels),
    )
