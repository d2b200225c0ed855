"""Moments and the sums of weights merge, and say what numpy and scipy say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kurtosis

from replay.numerics.moments import Moments
from replay.stats.weight_stats import WeightSums
from tests.replay.estimators.test_estimators_contract import part, rows

values = st.lists(st.floats(-100, 100, width=32), min_size=0, max_size=30)


@given(values, values)
def test_moments_of_parts_are_those_of_the_whole(a: list[float], b: list[float]) -> None:
    """To 1e-9 of the largest power that occurs, 1e8 at most."""
    parts = Moments().receive(np.array(a)) + Moments().receive(np.array(b))
    whole = Moments().receive(np.array(a + b))
    assert parts.count == whole.count
    for power, name in enumerate(("mean", "second", "third", "fourth"), start=1):
        assert math.isclose(
            getattr(parts, name),
            getattr(whole, name),
            rel_tol=1e-9,
            abs_tol=1e-9 * 10 ** (2 * power),
        )


def test_degrees_of_freedom_come_from_the_kurtosis() -> None:
    heavy = np.random.default_rng(1).lognormal(0, 1.5, 500)
    moments = Moments().receive(heavy)
    expected = 2 * 500 / (kurtosis(heavy, fisher=False) - 1)
    assert moments.degrees_of_freedom() == pytest.approx(expected)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 100))
def test_weights_of_parts_give_the_diagnostics_of_the_whole(n: int, cut: int, seed: int) -> None:
    scored = rows(n, seed)
    whole = WeightSums().receive(scored).diagnostics()
    parts = WeightSums().receive(part(scored, 0, cut)) + WeightSums().receive(part(scored, cut, n))
    assert parts.diagnostics().ess == pytest.approx(whole.ess)
    assert parts.diagnostics().mean_weight == pytest.approx(whole.mean_weight)
    assert parts.diagnostics().max_weight == whole.max_weight
    assert parts.diagnostics().effective_events == pytest.approx(whole.effective_events)


def test_nothing_received_has_no_diagnostics() -> None:
    assert WeightSums().diagnostics().ess is None
    assert WeightSums().diagnostics().mean_weight is None
