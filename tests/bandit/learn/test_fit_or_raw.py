"""Little gold changes confidences that are right by little, and soon mends those that aren't."""

from __future__ import annotations

from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.draw import draw
from bandit.learn.calibration import Calibration, logistic, logit

HISTORIES = 60
CHECKED = [0.5 + 0.49 * (i + 0.5) / 50 for i in range(50)]


def taught(history: int, golds: int, shift: float) -> Calibration:
    """Return the map after so many golds; answers are right by what they say, moved by `shift`."""
    map_ = Calibration()
    for number in range(golds):
        confidence = 0.5 + 0.49 * draw(history, "confidence", number)
        truth = logistic(shift + logit(confidence))
        map_.learn(confidence, right=draw(history, "right", number) < truth)
    return map_


def loss(map_: Calibration, shift: float) -> float:
    """Mean square distance of what the map says from the truth: what it adds to a Brier score."""
    truths = [logistic(shift + logit(c)) for c in CHECKED]
    said = [map_.calibrated(c) for c in CHECKED]
    return fmean((s - t) ** 2 for s, t in zip(said, truths, strict=True))


@pytest.mark.parametrize(("golds", "most"), [(20, 0.002), (100, 0.0009), (400, 0.00035)])
def test_confidences_that_are_right_stay_as_they_are(golds: int, most: float) -> None:
    """The fit alone loses .0025, .0014 and .0006.

    Over 600 other histories the means are .0009, .0004 and .0001, with deviations of .0003, .0001
    and .00006 for 60 of them: each bound is 3.5 of these away, so a false alarm has some 1e-3.
    """
    assert fmean(loss(taught(n, golds, 0.0), 0.0) for n in range(HISTORIES)) < most


def test_confidences_that_are_wrong_are_mended_by_a_hundred_golds() -> None:
    """Said .9 where .77 are right: of the square error, nine tenths go."""
    before = loss(Calibration(), -1.0)
    after = fmean(loss(taught(n, 100, -1.0), -1.0) for n in range(HISTORIES))
    assert after < 0.1 * before


@pytest.mark.parametrize("golds", [30, 100, 400])
@pytest.mark.parametrize("shift", [0.0, -0.2, 0.2, -0.5])
def test_the_error_of_confidences_that_are_a_little_wrong_covers_the_truth(
    shift: float, golds: int
) -> None:
    """Within 1.96 standard errors in .95 to .999 of 1,500 other histories of each case.

    Below .89 of 200 is a false alarm of less than 1e-3. By how likely the raw confidences are
    alone, as if they were right or far off, it is .74 to .83 where they are a little wrong.
    """
    held = []
    for number in range(200):
        map_ = taught(1000 + number, golds, shift)
        truths = [(c, logistic(shift + logit(c))) for c in CHECKED[::5]]
        held += [abs(map_.calibrated(c) - t) <= 1.96 * map_.error(c) for c, t in truths]
    assert fmean(held) > 0.89


def test_what_has_been_right_for_long_is_mended_as_soon() -> None:
    """After 3,000 golds that agree, a hundred that don't are seen."""
    map_ = taught(1, 3000, 0.0)
    assert map_.fit_probability() < 0.2
    for number in range(100):
        map_.learn(0.9, right=draw(2, "right", number) < 0.7)
    assert map_.fit_probability() > 0.9
    assert map_.calibrated(0.9) < 0.87


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), max_size=60), st.floats(0.0, 1.0))
def test_the_chance_lies_between_raw_and_fit(
    golds: list[tuple[float, bool]], confidence: float
) -> None:
    map_ = Calibration()
    for said, right in golds:
        map_.learn(said, right=right)
    raw = logistic(logit(confidence))
    fit = logistic(map_.shift + map_.slope * logit(confidence))
    assert min(raw, fit) - 1e-12 <= map_.calibrated(confidence) <= max(raw, fit) + 1e-12
    assert 0.0 <= map_.error(confidence) <= 0.5
