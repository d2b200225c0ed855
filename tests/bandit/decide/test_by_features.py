"""What a task's features say of the pools moves their rows, and so whom the policy prefers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.decide.by_features import USUAL, quality_and_rows, usual_odds
from bandit.decide.values import values_usd
from bandit.labels.confusion import tilted
from bandit.labels.model import LabelModel
from bandit.learn.accuracy import TASK, Accuracy, task_signal
from bandit.learn.brain import Brain
from bandit.learn.calibration import logit
from bandit.settings import Settings

if TYPE_CHECKING:
    from bandit.events import Feature

CLASSES = ("yes", "no")
POOLS = ("a", "b")
LANGUAGES = ("de", "en")


def test_a_new_brain_believes_the_model_of_labels() -> None:
    model = LabelModel()
    rows = model.pool_rows(CLASSES, POOLS)
    usual = usual_odds(model.weigh(CLASSES, []), rows, POOLS)
    signals = {pool: {USUAL: odds} for pool, odds in usual.items()}
    quality, moved = quality_and_rows(Brain(Settings()), "p", {"lang": "de"}, signals, usual, rows)
    assert quality == pytest.approx({"a": 0.7, "b": 0.7})
    np.testing.assert_allclose(moved, rows)


@given(
    right=st.floats(0.05, 0.95),
    tilt=st.floats(0.2, 5.0),
    n_classes=st.integers(2, 6),
)
def test_tilted_rows_are_rows_with_other_odds(right: float, tilt: float, n_classes: int) -> None:
    eye = np.eye(n_classes)
    rows = (right * eye + (1.0 - right) / (n_classes - 1) * (1.0 - eye))[None, None]
    moved = tilted(rows, np.array([tilt]))
    np.testing.assert_allclose(moved.sum(axis=3), 1.0)
    found = moved[0, 0, 0, 0]
    assert found / (1.0 - found) == pytest.approx(tilt * right / (1.0 - right))


def test_the_pool_that_knows_the_language_is_worth_more() -> None:
    """After 600 labels of pools that are right in their own language, and at random in the other.

    By more than two labels' price: a label of the other pool can be followed by one of the right.
    """
    brain, model = Brain(Settings()), LabelModel()
    rows = model.pool_rows(CLASSES, POOLS)
    weighed = model.weigh(CLASSES, [])

    def of(language: str) -> tuple[dict[str, float], dict[str, float]]:
        features: dict[str, Feature] = {"lang": language}
        usual = usual_odds(weighed, rows, POOLS)
        signals = {pool: {USUAL: odds} for pool, odds in usual.items()}
        quality, moved = quality_and_rows(brain, "p", features, signals, usual, rows)
        values = values_usd(moved, weighed, POOLS, [0.05, 0.05], 5.0, 5)
        return quality, dict(zip(POOLS, values, strict=True))

    for i in range(600):
        pool, language = POOLS[i % 2], LANGUAGES[i // 2 % 2]
        quality, _ = of(language)
        signal = task_signal(quality[pool], logit(0.7))
        knows = (pool == "a") == (language == "de")
        right = 1.0 if knows else float(i // 4 % 2)
        brain._quality.model.learn({"lang": language}, pool, {}, right)
        brain._quality.judged[f"1/p/{pool}"] = i
        brain.accuracy.learn({"rate": logit(0.7), TASK: signal}, right)
    german, english = of("de")[1], of("en")[1]
    assert german["a"] > german["b"] + 0.1
    assert english["b"] > english["a"] + 0.1


def test_a_signal_that_foretells_nothing_is_not_believed() -> None:
    """2,000 labels, right .7 of the time whatever the signal: its tilt stays within 25 %."""
    accuracy, chance = Accuracy(), np.random.default_rng(3)
    for _ in range(2000):
        signals = {"rate": logit(0.7), TASK: float(chance.normal(0.0, 2.0))}
        accuracy.learn(signals, float(chance.random() < 0.7))
    usual = logit(0.7)
    more, less = accuracy.task_log_tilts([0.8, 0.7], [usual, usual])
    assert abs(more - less) < np.log(1.25)
