"""Side by side with spotify-confidence 4.1 (`bench/peers/README.md`) on the same arms."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from replay.experiment.arms.difference import Effect, Looks, difference
from replay.experiment.arms.unit_sums import MetricSums, UnitSums
from replay.experiment.planning.power import needed_drift
from tests.replay.experiment.spotify_design import EFFECT, LEVEL, POWER, tasks

SAID = json.loads((Path(__file__).parent / "golden/spotify.json").read_text())
Z = -float(ndtri((1 - LEVEL) / 2))


def our(*, adjusted: bool) -> Effect:
    arm, cost, covariate = tasks()
    ones = np.ones(len(arm))
    units = UnitSums(arm, ones, ones, {"usd": MetricSums(cost)}, covariate[:, None])
    effect = difference(units, "usd", (0, 1), Looks(LEVEL, 1.0, once=True), adjusted=adjusted)
    assert effect is not None
    return effect


def their_error(name: str) -> float:
    return float(SAID[name]["ci_upper"] - SAID[name]["ci_lower"]) / 2 / Z


def test_the_difference_of_means_and_its_error_are_theirs() -> None:
    effect = our(adjusted=False)
    assert effect.amount.value == pytest.approx(SAID["plain"]["difference"], abs=1e-12)
    assert effect.error == pytest.approx(their_error("plain"), rel=1e-9)


def test_the_interval_of_one_look_is_theirs_but_for_students_quantile() -> None:
    """They take the normal quantile; of 3,000 skewed costs Student's is less than 0.5 % larger."""
    effect = our(adjusted=False)
    half = effect.amount.high - effect.amount.value
    assert 1.0 <= half / (SAID["plain"]["ci_upper"] - SAID["plain"]["difference"]) < 1.005


def test_with_a_covariate_estimate_and_error_are_theirs_up_to_the_slope() -> None:
    """Their slope is of both arms together, ours within arms: they differ by sampling error."""
    effect = our(adjusted=True)
    assert abs(effect.amount.value - SAID["adjusted"]["difference"]) < 0.02 * effect.error
    assert effect.error == pytest.approx(their_error("adjusted"), rel=0.005)


def test_the_size_for_one_look_is_theirs() -> None:
    variance = float(np.var(tasks().cost, ddof=1))
    errors = needed_drift(POWER, LEVEL, once=True).errors
    assert math.ceil(errors**2 * variance * 4 / EFFECT**2) == pytest.approx(SAID["tasks"], abs=1)
