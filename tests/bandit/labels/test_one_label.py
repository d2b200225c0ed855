"""One label is weighed to the bit as several are: classes may be few, then without numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bandit.labels.ambiguity import LEVELS, level_weights, posterior_of_one
from bandit.labels.confusion import FEW, answer_chances, answer_chances_of_one

if TYPE_CHECKING:
    from bandit.labels.ambiguity import LevelWeights
    from bandit.labels.confusion import Floats

CLASSES = st.integers(2, 2 * FEW)
SEEDS = st.integers(0, 2**32 - 1)


@given(k=CLASSES, seed=SEEDS, tilt=st.floats(0.1, 10.0))
def test_one_label_has_the_chances_that_it_has_among_others(k: int, seed: int, tilt: float) -> None:
    chance = np.random.default_rng(seed)
    rows = chance.dirichlet(np.full(k, 0.5), size=(3, 2, k))
    answers, tilts = chance.integers(k, size=3), np.array([1.0, tilt, 0.5])
    together = answer_chances(rows, answers, tilts)
    alone = answer_chances_of_one(rows[1], int(answers[1]), tilt)
    assert alone.tobytes() == together[1].tobytes()


@given(k=CLASSES, seed=SEEDS, chains=st.integers(1, 2), one_pool=st.booleans())
def test_few_classes_have_the_posterior_that_numpy_finds(
    k: int, seed: int, chains: int, one_pool: bool
) -> None:
    chance = np.random.default_rng(seed)
    weights = level_weights(100.0 * chance.random(len(LEVELS) + 1), one_pool=one_pool)
    answer, prior = chance.random((chains, k)), chance.dirichlet(np.ones(k), size=chains)
    found = posterior_of_one(answer, prior, weights)
    assert found.tobytes() == _by_numpy(answer, prior, weights).tobytes()


def _by_numpy(answer: Floats, prior: Floats, weights: LevelWeights) -> Floats:
    k = answer.shape[1]
    shown = weights.shown / (k - 1)
    chances: Floats = (1.0 - shown * k) * answer
    chances += shown * np.add.reduce(answer, axis=1, keepdims=True)
    chances *= prior
    chances /= np.add.reduce(chances, axis=1, keepdims=True)
    return chances
