"""Evidence that answers say nothing: seldom large for honest labelers, and large for spammers."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.labelers.suspicion import p_value, total_evidence
from replay.labelers.uninformative import USEFUL, label_evidence, uninformative
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


@pytest.mark.parametrize("guesses", [(0.5, 0.5), (0.1, 0.9), (0.95, 0.05)], ids=str)
@pytest.mark.parametrize("known", [USEFUL, 0.5])
def test_poor_honest_labelers_of_lopsided_tasks_are_not_suspect(
    guesses: tuple[float, float], known: float
) -> None:
    """Where 95 % of tasks are of one class, however the labeler guesses: 100 with 200 labels each.

    At most 1 % may be suspect: fail above 5 of 100. False alarm 5e-4 if it is 1 %.
    """
    rng = np.random.default_rng(40)
    alarms = 0
    for _ in range(100):
        labels = one_labeler(
            rng,
            200,
            (0.95, 0.05),
            lambda _, truth: truth if rng.random() < known else int(rng.random() > guesses[0]),
            1.0,
        )
        looks = (uninformative(labels[:n]).log_evidence for n in range(20, 201, 60))
        alarms += any(log >= ENOUGH for log in looks)
    assert alarms <= 5


SHARES = st.lists(st.floats(0.001, 1.0), min_size=2, max_size=5).map(np.asarray)


@given(
    SHARES.flatmap(lambda pi: st.tuples(*[st.just(pi), *[_shares_like(pi)] * 2])),
    st.floats(USEFUL, 1.0),
)
def test_the_mean_of_the_evidence_is_at_most_1_at_the_shares_of_an_honest_labeler(
    shares: tuple[np.ndarray, np.ndarray, np.ndarray], known: float
) -> None:
    """Whatever the classes' shares, the guesses' and the posterior of the task."""
    pi, guesses, chances = (one / one.sum() for one in shares)
    names = [str(number) for number in range(len(pi))]
    answers = known * pi + (1.0 - known) * guesses
    said, were = (dict(zip(names, 1e9 * one, strict=True)) for one in (answers, pi))
    posterior = dict(zip(names, chances, strict=True))
    mean = math.fsum(
        (known * posterior[name] + (1.0 - known) * guess)
        * label_evidence(name, posterior, said, were)
        for name, guess in zip(names, guesses, strict=True)
    )
    assert mean <= 1.0 + 1e-6


def _shares_like(shares: np.ndarray) -> st.SearchStrategy[np.ndarray]:
    length = len(shares)
    return st.lists(st.floats(0.001, 1.0), min_size=length, max_size=length).map(np.asarray)


def test_shares_of_one_project_say_nothing_of_another() -> None:
    """Constant in each of two projects with the same classes, and always right in both."""
    rng = np.random.default_rng(41)
    first = one_labeler(rng, 40, (1.0, 0.0), lambda *_: 0, 1.0)
    second = one_labeler(rng, 40, (0.0, 1.0), lambda *_: 1, 1.0)
    elsewhere = [dataclasses.replace(label, project="q") for label in second]
    assert uninformative([*first, *elsewhere]).log_evidence < 0.0
    assert uninformative([*first, *elsewhere]).log_evidence == pytest.approx(
        uninformative(first).log_evidence, abs=1.0
    )


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
