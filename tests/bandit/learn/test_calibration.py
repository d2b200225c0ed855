"""The calibration map: it learns what is true, and no gold whatsoever drives it off."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.draw import draw
from bandit.learn.calibration import BOUND, LEAST_SLOPE, MOST_SLOPE, Calibration, logistic, logit

confidences = st.one_of(st.sampled_from((0.0, 0.5, 1.0, 5e-324, 1.0 - 1e-16)), st.floats(0.0, 1.0))


def check_bounded(map_: Calibration) -> None:
    assert abs(map_.shift) <= BOUND
    assert LEAST_SLOPE <= map_.slope <= MOST_SLOPE
    assert map_.curve_shift * map_.curve_slope > map_.curve_cross**2
    for confidence in (0.0, 0.5, 0.9, 1.0):
        assert 0.0 < map_.calibrated(confidence) < 1.0


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(confidences, st.booleans()), max_size=60))
def test_no_sequence_of_gold_drives_the_map_off(golds: list[tuple[float, bool]]) -> None:
    map_ = Calibration()
    for confidence, right in golds:
        map_.learn(confidence, right=right)
        check_bounded(map_)
    assert map_.calibrated(0.2) <= map_.calibrated(0.9)


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.75, 0.9, 1.0])
@pytest.mark.parametrize("every", [2, 7])
def test_gold_on_one_confidence_alone_for_ever_is_survived(confidence: float, every: int) -> None:
    """A confidence that never varies says nothing of the slope: only the prior does."""
    map_ = Calibration()
    for number in range(60_000):
        map_.learn(confidence, right=number % every == 0)
    check_bounded(map_)
    assert map_.calibrated(confidence) == pytest.approx(1 / every, abs=0.05)


@pytest.mark.parametrize(("shift", "slope"), [(-0.5, 0.5), (0.0, 1.0), (0.3, 0.8), (-1.0, 1.3)])
def test_a_known_map_is_learned(shift: float, slope: float) -> None:
    """4,000 golds, the last thousand count: within 0.06 anywhere, about four errors."""
    map_ = Calibration()
    for number in range(4000):
        confidence = 0.5 + 0.49 * draw(1, "confidence", number)
        truth = logistic(shift + slope * logit(confidence))
        map_.learn(confidence, right=draw(1, "right", number) < truth)
    for confidence in (0.55, 0.7, 0.9, 0.97):
        truth = logistic(shift + slope * logit(confidence))
        assert map_.calibrated(confidence) == pytest.approx(truth, abs=0.06)


def test_the_map_learns_the_latest_truth() -> None:
    map_ = Calibration()
    for number in range(8000):
        truth = 0.6 if number < 4000 else 0.95
        map_.learn(0.9, right=draw(2, "right", number) < truth)
    assert map_.calibrated(0.9) == pytest.approx(0.95, abs=0.04)


@pytest.mark.parametrize("share", [0.5, 0.2, 0.02])
@pytest.mark.parametrize("low", [2.0, 6.0])
def test_sure_answers_that_are_mostly_wrong_become_unsure(low: float, share: float) -> None:
    """Log-odds of `low` to 8, right in `share`: 300 golds bring them to within .08.

    The map that says so is all but flat, and its slope is bounded: the shift has to do the rest.
    Over 120 other histories the root of the mean square error is .033 to .058, with deviations of
    at most .006 for 20 of them: a false alarm has less than 1e-3. Without that it is .06 to .34.
    """
    squares = []
    for history in range(20):
        map_ = Calibration()
        for number in range(300):
            z = low + (BOUND - low) * draw(history, "log-odds", number)
            map_.learn(logistic(z), right=draw(history, "right", number) < share)
        checked = [logistic(low + (BOUND - low) * i / 20) for i in range(21)]
        squares += [(map_.calibrated(c) - share) ** 2 for c in checked]
    assert math.sqrt(math.fsum(squares) / len(squares)) < 0.08


def test_an_overconfident_stream_becomes_calibrated() -> None:
    """Answers said to be right .98 of the time, and .6, are so .85 and .55 of the time.

    Error over the last 2,000 of 4,000, in ten bins: below 0.03 after the map, above 0.08 before
    it. The noise floor of 2,000 in few bins is about 0.01: false alarm below 1e-3.
    """
    map_ = Calibration()
    before: list[tuple[float, bool]] = []
    after: list[tuple[float, bool]] = []
    for number in range(4000):
        sure = draw(3, "sure", number) < 0.7
        confidence = (0.98 if sure else 0.6) + 0.01 * draw(3, "about", number)
        right = draw(3, "right", number) < (0.85 if sure else 0.55)
        before.append((confidence, right))
        after.append((map_.calibrated(confidence), right))
        map_.learn(confidence, right=right)
    assert calibration_error(before[2000:]) > 0.08
    assert calibration_error(after[2000:]) < 0.03


def calibration_error(seen: list[tuple[float, bool]]) -> float:
    """Mean distance of confidence and share of right answers, over ten bins."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in seen:
        bins.setdefault(min(9, int(10 * confidence)), []).append((confidence, right))
    return sum(
        abs(math.fsum(c for c, _ in some) - sum(right for _, right in some))
        for some in bins.values()
    ) / len(seen)


def test_log_odds_and_chance_are_each_others_inverse_inside_the_bound() -> None:
    for chance in (0.001, 0.25, 0.5, 0.9, 0.999):
        assert logistic(logit(chance)) == pytest.approx(chance, abs=1e-12)
    assert logistic(-1e4) == 0.0
    assert logistic(1e4) == 1.0
