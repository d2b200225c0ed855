"""Evidence that answers say nothing: seldom large for honest labelers, and large for spammers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from replay.labelers.suspicion import p_value, total_evidence
from replay.labelers.uninformative import USEFUL, uninformative
from tests.replay.labelers.simulated_labels import DAY_S, one_labeler

EVEN = (0.25, 0.25, 0.25, 0.25)
SKEWED = (0.85, 0.05, 0.05, 0.05)
ENOUGH = math.log(200.0)
"""Of this half of the evidence: then the labeler is suspect, whatever the other half is."""


@pytest.mark.parametrize("shares", [EVEN, SKEWED], ids=["even", "skewed"])
@pytest.mark.parametrize("sure", [0.5, 0.95])
def test_the_worst_honest_labeler_is_suspect_in_one_of_100_months(
    shares: tuple[float, ...], sure: float
) -> None:
    """300 labelers, looked at after every tenth of 100 labels in a month.

    At most 1 % may reach 100 at a single look or later: fail above 9 of 300. False alarm 1e-3 if
    it is 1 %; here even half the evidence reaches 100 less often.
    """
    rng = np.random.default_rng(35)
    alarms = 0
    for _ in range(300):
        labels = one_labeler(
            rng,
            100,
            shares,
            lambda _, truth: truth if rng.random() < USEFUL else int(rng.choice(4, p=shares)),
            sure,
        )
        looks = (uninformative(labels[:n]).log_evidence for n in range(10, 101, 10))
        alarms += any(log >= math.log(100.0) for log in looks)
    assert alarms <= 9


@pytest.mark.parametrize("kind", ["random", "constant"])
def test_spammers_are_found_within_100_labels(kind: str) -> None:
    """40 spammers of each kind; nine in ten must be found (seeded, so no false alarm)."""
    rng = np.random.default_rng(36)
    found = 0
    for _ in range(40):
        labels = one_labeler(
            rng, 100, EVEN, lambda *_: int(rng.integers(4)) if kind == "random" else 2
        )
        found += uninformative(labels).log_evidence >= ENOUGH
    assert found >= 36


def test_a_constant_labeler_of_a_frequent_class_needs_more_labels_than_honest_ones_survive() -> (
    None
):
    """Where 85 % of tasks are of one class, saying it always is found only by the others."""
    rng = np.random.default_rng(37)
    always = one_labeler(rng, 400, SKEWED, lambda *_: 0)
    assert uninformative(always[:40]).log_evidence < ENOUGH
    assert uninformative(always).log_evidence >= ENOUGH
    careful = one_labeler(rng, 400, SKEWED, lambda _, truth: truth if rng.random() < 0.8 else 0)
    assert uninformative(careful).log_evidence < 0.0


def test_who_falls_asleep_is_found_with_the_moment() -> None:
    rng = np.random.default_rng(38)

    def sleeper(number: int, truth: int) -> int:
        return truth if number < 200 and rng.random() < 0.9 else int(rng.integers(4))

    found = uninformative(one_labeler(rng, 350, EVEN, sleeper))
    assert found.log_evidence >= ENOUGH
    assert 190 <= found.since <= 215
    assert found.honest_before > math.log(1e6)


def test_the_p_value_allows_for_the_months_in_which_suspicious_labels_may_have_begun() -> None:
    """The weights of all starts are the most that the evidence is in the mean."""
    rng = np.random.default_rng(39)
    year = one_labeler(rng, 800, EVEN, lambda *_: int(rng.integers(4)), days=400.0)
    month = uninformative([label for label in year if label.at < 30 * DAY_S])
    found = uninformative(year)
    assert month.weights == pytest.approx(1.0, abs=1.0 / 60.0)
    assert found.weights == pytest.approx(0.5 + 400.0 / 60.0, abs=1.0 / 60.0)
    one_by_evidence = math.exp(-total_evidence(found, None))
    assert p_value(found, None) == pytest.approx(one_by_evidence * (found.weights + 1.0) / 2.0)


def test_without_anything_to_compare_there_is_no_evidence() -> None:
    assert uninformative([]).log_evidence == 0.0
