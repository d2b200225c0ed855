"""Online learners of Vowpal Wabbit and River, which learn from the same targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from river import compose, forest, linear_model, naive_bayes, preprocessing, tree
from vowpalwabbit import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.machine.inputs import Input

Floats = NDArray[np.float64]
LEAST = 1e-4
"""Chances are at least this before their logarithm."""
TAUGHT = 0.05
"""Classes whose target is at least this are examples for Vowpal Wabbit, weighted by it."""


class Vw:
    """One-against-all logistic regression in one pass, numbers squashed as in decision 9."""

    def __init__(self, k: int, options: str) -> None:
        self._vw = Workspace(
            f"--oaa {k} --probabilities --loss_function logistic {options} --quiet",
            enable_logging=True,
        )
        self._learned = False

    def scores(self, features: Mapping[str, Input]) -> Floats | None:
        if not self._learned:
            return None
        chances: Any = self._vw.predict(_line(features))
        return np.log(np.maximum(np.array(chances, np.float64), LEAST))

    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None:
        self._learned = True
        line = _line(features)
        for c in np.flatnonzero(target >= TAUGHT):
            self._vw.learn(f"{c + 1} {target[c]:.4f} {line}")


def _line(features: Mapping[str, Input]) -> str:
    parts = (
        f"{name}={value}"
        if isinstance(value, str)
        else f"{name}:{np.sign(value) * np.log1p(abs(value)):.6g}"
        for name, value in features.items()
    )
    return "|f " + " ".join(parts)


class River:
    """A classifier of River; it has no soft targets, so it learns the likeliest class."""

    def __init__(self, k: int, model: Any, *, flags: bool) -> None:
        self._k, self._model, self._flags = k, model, flags

    def scores(self, features: Mapping[str, Input]) -> Floats | None:
        chances = self._model.predict_proba_one(self._row(features))
        if not chances:
            return None
        return np.log([max(chances.get(c, 0.0), LEAST) for c in range(self._k)])

    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None:
        self._model.learn_one(self._row(features), int(target.argmax()))

    def _row(self, features: Mapping[str, Input]) -> dict[str, Any]:
        if not self._flags:
            return dict(features)
        return {
            (f"{name}={value}" if isinstance(value, str) else name): (
                1.0 if isinstance(value, str) else value
            )
            for name, value in features.items()
        }


def softmax(k: int) -> River:
    """Return River's softmax regression on standardised numbers."""
    model = compose.Pipeline(preprocessing.StandardScaler(), linear_model.SoftmaxRegression())
    return River(k, model, flags=True)


def hoeffding(k: int) -> River:
    """Return River's Hoeffding tree."""
    return River(k, tree.HoeffdingTreeClassifier(), flags=False)


def adaptive_forest(k: int) -> River:
    """Return River's adaptive random forest of ten trees."""
    return River(k, forest.ARFClassifier(n_models=10, seed=1), flags=False)


def bayes(k: int) -> River:
    """Return River's Gaussian naive Bayes."""
    made: Any = naive_bayes.GaussianNB  # its maker has no types
    return River(k, made(), flags=True)
