"""Calibration error against brute force, and what it must not hide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.stats.calibration_error import brier, ece, noise_floor, surest_half

ANSWERS = st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=60)


def brute_force(pairs: list[tuple[float, bool]], bins: int) -> float:
    """Cut the sorted pairs where k/bins of them are reached, and add up the gaps."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    n, bins = len(ordered), min(bins, len(ordered))
    error = 0.0
    for number in range(bins):
        start, end = round(number * n / bins), round((number + 1) * n / bins)
        part = ordered[start:end]
        mean = sum(claimed for claimed, _ in part) / len(part)
        right = sum(was for _, was in part) / len(part)
        error += len(part) / n * abs(mean - right)
    return error


@given(ANSWERS, st.integers(1, 12))
def test_it_equals_brute_force(pairs: list[tuple[float, bool]], bins: int) -> None:
    found = ece([claimed for claimed, _ in pairs], [was for _, was in pairs], bins)
    assert found == pytest.approx(brute_force(pairs, bins), abs=1e-9)


@given(ANSWERS)
def test_errors_and_shares_stay_between_0_and_1(pairs: list[tuple[float, bool]]) -> None:
    confidence, right = [claimed for claimed, _ in pairs], [was for _, was in pairs]
    for value in (ece(confidence, right), brier(confidence, right), surest_half(confidence, right)):
        assert value is not None
        assert 0.0 <= value <= 1.0


def test_a_constant_confidence_has_no_error_but_a_bad_brier_score() -> None:
    """So a calibration goal alone is worth nothing."""
    right = [True, False] * 50
    assert ece([0.5] * 100, right) == pytest.approx(0.0, abs=1e-9)
    assert brier([0.5] * 100, right) == 0.25


def test_the_noise_floor_falls_with_the_number_of_answers() -> None:
    """About as 1 / sqrt(n): 16 times the answers, a quarter of the floor."""
    small, large = noise_floor([0.8] * 200), noise_floor([0.8] * 3200)
    assert small is not None
    assert large is not None
    assert 3.0 < small / large < 5.0


def test_nothing_to_judge_is_none() -> None:
    assert (ece([], []), noise_floor([]), brier([], []), surest_half([], [])) == (None,) * 4
