"""Labeler accuracy learns in River's own steps, without the imports that River's model brings."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
from river import linear_model, optim
from river.utils import VectorDict

from bandit.learn.accuracy import LEARNING_RATE, RATE, SESSION, SPEED, TASK, Accuracy
from bandit.learn.calibration import logistic

START = (
    "import bandit.engine.engine, sys; print(*{'scipy.stats', 'scipy.special'} & {*sys.modules})"
)


class ChanceLoss(optim.losses.Log):
    """Log loss against a chance y in [0, 1]: its gradient in the log-odds is logistic(z) - y."""

    def gradient(self, y_true: float, y_pred: float) -> float:  # type: ignore[override]  # one at a time: no arrays
        return logistic(y_pred) - y_true


def test_it_learns_to_the_last_bit_as_rivers_logistic_regression() -> None:
    theirs: Any = linear_model.LogisticRegression(
        optimizer=optim.SGD(LEARNING_RATE), loss=ChanceLoss(), intercept_lr=LEARNING_RATE
    )
    theirs._weights = VectorDict({RATE: 1.0})
    ours = Accuracy()
    chance = np.random.default_rng(1)
    for _ in range(2_000):
        names = chance.permutation([RATE, TASK, SPEED, SESSION, "new"])[: chance.integers(6)]
        signals = {str(name): chance.normal(0.0, 3.0) for name in names}
        quality = chance.random() if chance.random() < 0.7 else float(chance.integers(2))
        assert ours.predict(signals) == logistic(theirs._raw_dot_one(signals))
        ours.learn(signals, quality)
        theirs.learn_one(signals, quality)
    weights, bias = ours.state()
    assert list(weights.items()) == list(theirs.weights.items())
    assert bias == theirs.intercept


def test_an_engine_starts_without_rivers_models_and_what_they_import() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
