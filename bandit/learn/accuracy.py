"""Labeler accuracy: the chance that a label is right, by logistic regression on River's vectors.

    P(right) = logistic(bias + weights . signals),   starting with weight 1 on the record's log-odds

so that at first it equals the labeler's track record, which speed, session and the predicted
difficulty of the task then correct. It learns by stochastic gradient descent, in the same steps as
River's own `LogisticRegression`, which is not used: with it comes `scipy.stats`, and starting
anything that decides would take three times as long. Targets are chances, not only 0 or 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from river.utils import VectorDict

from bandit.learn.calibration import logistic, logit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

RATE, TASK, SPEED, SESSION = "rate", "task", "speed", "session"
LEARNING_RATE = 0.005
"""Small: the track record learns who is good, this model only corrects it."""
MOST_TILT = 2.0
"""Most that signals move the log-odds of a label: it is the labeler's record that counts."""


TASK_SCALE = 4.0
"""Factor on the signal of a task's features, so that its weight is learned from tens of labels."""


def task_signal(quality: float, usual: float) -> float:
    """Return the signal of a task's features: log-odds of a right label, above the `usual` ones.

    Examples
    --------
    >>> task_signal(0.5, 0.0)
    0.0
    """
    return TASK_SCALE * (logit(quality) - usual)


class Accuracy:
    """Logistic regression of a label being right on its signals; its state is its weights.

    Examples
    --------
    >>> model = Accuracy()
    >>> round(model.predict({"rate": 1.386}), 3)
    0.8
    """

    def __init__(self, weights: Mapping[str, float] | None = None, bias: float = 0.0) -> None:
        self._weights: VectorDict[str, float] = VectorDict(dict(weights or {RATE: 1.0}))
        self._bias = bias

    def predict(self, signals: dict[str, float]) -> float:
        """Return the chance that a label given under `signals` is right."""
        return logistic(self._log_odds(signals))

    def tilt(self, signals: dict[str, float]) -> float:
        """Return the factor on the odds that a label is right, by all signals but the record.

        The bias and what is learned of the record say how often all labels are right. They are
        learned from beliefs that rest on the model of labels, which knows that itself: if they
        moved all its labels, these beliefs would confirm themselves.

        Examples
        --------
        >>> Accuracy({"rate": 1.0, "speed": -0.5}).tilt({"rate": 1.4, "speed": 1.0}).__round__(3)
        0.607
        """
        return math.exp(self._log_tilt(signals)) if signals else 1.0

    def task_log_tilts(self, quality: Iterable[float], usual: Iterable[float]) -> list[float]:
        """Return the logs of the tilts of labels that aren't there yet, by the task's features."""
        weight = self._weights.get(TASK, 0.0)
        return [
            _bounded(weight * task_signal(chance, odds))
            for chance, odds in zip(quality, usual, strict=True)
        ]

    def _log_odds(self, signals: dict[str, float]) -> float:
        return float(self._weights.dot(signals) + self._bias)

    def _log_tilt(self, signals: dict[str, float]) -> float:
        of_record = self._weights.get(RATE, 0.0) * signals.get(RATE, 0.0)
        return _bounded(float(self._weights.dot(signals)) - of_record)

    def learn(self, signals: dict[str, float], quality: float) -> None:
        """Learn that a label was right with chance `quality`."""
        # The gradient of the log loss in the log-odds.
        gradient = logistic(self._log_odds(signals)) - quality
        self._bias -= LEARNING_RATE * gradient
        self._weights.isub_scaled(VectorDict.from_scaled(signals, gradient), LEARNING_RATE)

    def state(self) -> tuple[dict[str, float], float]:
        """Return weights and bias."""
        return dict(self._weights.to_dict()), self._bias


def _bounded(log_tilt: float) -> float:
    return log_tilt if -MOST_TILT <= log_tilt <= MOST_TILT else math.copysign(MOST_TILT, log_tilt)
