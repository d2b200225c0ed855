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
    from bandit.labels.confusion import Floats

CLASSES = ("yes", "no")
POOLS = ("a", "b")
LANGUAGES = ("de", "en")


def test_a_new_brain_believes_the_model_of_labels() -> None:
    model = LabelModel()
    rows = model.pool_rows(CLASSES, POOLS)
    usual = usual_odds(model.weigh(CLASSES, []), rows, POOLS)
    signals = {pool: {USUAL: odds} for pool, odds in usual.items()}
    brain, features = Brain(Settings()), {"lang": "de"}
    quality, moved = quality_and_rows(brain, "p", CLASSES, features, signals, usual)
    assert quality == pytest.approx({"a": 0.7, "b": 0.7})
    np.testing.assert_allclose(moved, rows)


def test_rows_that_were_kept_are_those_that_are_found_anew() -> None:
    """After each label, which moves the pools' rows, for tasks in either language."""

    def found(labels: int, *, often: bool) -> Floats:
        brain, features = Brain(Settings()), {"lang": "de"}
        project = brain._projects.seen("p")
        brain.accuracy = Accuracy({TASK: 1.0})
        brain._quality.judged["1/p/a"] = 100
        for _ in range(20):
            brain._quality.model.learn(features, "a", {}, 1.0)
        for i in range(labels + 1):
            weighed = project.labels.weigh(CLASSES, [])
            rows = project.labels.pool_rows(CLASSES, POOLS)
            usual = usual_odds(weighed, rows, POOLS)
            signals: dict[str, dict[str, float]] = {pool: {} for pool in POOLS}
            if often or i == labels:
                _, rows = quality_and_rows(brain, "p", CLASSES, features, signals, usual)
                _, moved = quality_and_rows(brain, "p", CLASSES, features, signals, usual)
                assert moved is rows
            project.labels.observe(f"t{i}", CLASSES, POOLS[i % 2], f"l{i % 3}", CLASSES[i % 2])
        assert (moved != project.labels.pool_rows(CLASSES, POOLS)).any()
        return moved

    for labels in (0, 1, 7, 40):
        assert found(labels, often=True).tobytes() == found(labels, often=False).tobytes()


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
        quality, moved = quality_and_rows(brain, "p", CLASSES, features, signals, usual)
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
