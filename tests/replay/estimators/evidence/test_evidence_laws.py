"""Evidence from sums is that of the rows, and moves with rewards and weights as it must."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from replay.estimators.evidence.of_control import (
    FIRST,
    SECOND,
    ProductSums,
    evidence_of_control,
)
from replay.estimators.evidence.of_mean import evidence_of_mean
from replay.estimators.evidence.of_ratio import evidence_of_ratio
from replay.estimators.evidence.of_ratios import evidence_of_ratios, variance_of_ratios
from replay.intervals.statistics import control
from replay.numerics.moments import Moments
from replay.stats.cluster_sums import Groups
from replay.stats.dr_sums import DrSums

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats

tenths = st.integers(-50, 50).map(lambda number: number / 10)
weights = st.integers(1, 50).map(lambda number: number / 10)
rewards = st.lists(tenths, min_size=2, max_size=30).map(np.array)
weighted = st.lists(st.tuples(weights, tenths), min_size=2, max_size=30).map(
    lambda rows: np.array(rows).T
)
controlled = st.lists(st.tuples(tenths, tenths, weights), min_size=2, max_size=30).map(
    lambda rows: np.array(rows).T
)


def near(value: float) -> Any:
    """Tolerance of sums of at most 30 rows of size up to 5, and of their fourth powers."""
    return pytest.approx(value, rel=1e-6, abs=1e-8)


def of_mean(terms: Floats, modelled: float = 0.0) -> Evidence:
    evidence = evidence_of_mean(Moments().receive(terms), modelled, float(len(terms)), Groups())
    assert evidence is not None
    return evidence


def of_ratio(w: Floats, r: Floats, about: float = 0.0) -> Evidence:
    x = r - about
    sums = [np.array([(w**j * x**k).sum() for k in range(max(3, j + 1))]) for j in (1, 2, 3, 4)]
    value = about + sums[0][1] / sums[0][0]
    evidence = evidence_of_ratio(value, len(w), tuple(sums), Groups())  # type: ignore[arg-type]
    assert evidence is not None
    return evidence


def of_control(rows: Floats) -> Evidence:
    d, missed, w = rows
    columns = np.stack([d, missed, w])
    pairs = columns[FIRST] * columns[SECOND]
    sums = ProductSums(columns.sum(axis=1), columns @ columns.T, pairs @ columns.T, pairs @ pairs.T)
    n = len(d)
    dr = DrSums(scores=Moments().receive(d + missed), weight=w.sum(), weight_squared=(w**2).sum())
    value = float(control(np.array([[n, *sums.once]]))[0][0])
    evidence = evidence_of_control(value, dr, sums, Groups())
    assert evidence is not None
    return evidence


@given(rewards, st.floats(0, 100))
def test_of_a_mean_the_variance_seen_is_that_of_a_mean_and_the_larger_one_counts(
    terms: Floats, modelled: float
) -> None:
    evidence = of_mean(terms, modelled)
    assert evidence.value == near(terms.mean())
    assert evidence.seen == near(terms.var(ddof=1) / len(terms))
    assert evidence.variance == near(max(terms.var(ddof=1), modelled) / len(terms))


@given(rewards, tenths, weights, st.sampled_from((-1, 1)))
def test_a_mean_moves_with_its_terms_and_its_variance_grows_as_their_square(
    terms: Floats, shift: float, size: float, sign: int
) -> None:
    before, after = of_mean(terms), of_mean(shift + sign * size * terms)
    assert after.value == near(shift + sign * size * before.value)
    assert after.seen == near(size**2 * before.seen)
    if np.ptp(terms) > 0:
        assert after.skewness == pytest.approx(sign * before.skewness, abs=1e-3)
        assert after.freedom == pytest.approx(before.freedom, rel=1e-3)


@given(weighted)
def test_of_a_ratio_the_variance_is_that_of_the_rows_influences(rows: Floats) -> None:
    w, r = rows
    evidence = of_ratio(w, r)
    influence = w * (r - evidence.value) / w.sum()
    spread = (w * (r - evidence.value) ** 2).sum() / w.sum()
    modelled = (w**2).sum() * spread / w.sum() ** 2
    assert evidence.seen == near((influence**2).sum())
    assert evidence.variance == near(max((influence**2).sum(), modelled))
    assert evidence.ess == near(w.sum() ** 2 / (w**2).sum())
    if evidence.seen > 1e-3:  # third powers that cancel lose digits
        skewness = (influence**3).sum() / (influence**2).sum() ** 1.5
        assert evidence.skewness == pytest.approx(skewness, abs=1e-3)


@given(weighted, tenths, weights, tenths)
def test_a_ratio_does_not_change_with_the_unit_of_weights_or_the_place_of_its_sums(
    rows: Floats, shift: float, size: float, about: float
) -> None:
    w, r = rows
    before, after = of_ratio(w, r), of_ratio(size * w, r + shift, about)
    assert after.value == near(before.value + shift)
    assert (after.seen, after.variance) == (near(before.seen), near(before.variance))
    if before.seen > 1e-3:  # fourth powers of distances that are moved lose digits
        assert after.skewness == pytest.approx(before.skewness, abs=1e-3)
        assert after.freedom == pytest.approx(before.freedom, rel=1e-3)


@given(rewards)
def test_a_ratio_with_equal_weights_is_a_mean(r: Floats) -> None:
    n = len(r)
    mean, ratio = of_mean(r), of_ratio(np.ones(n), r)
    assert ratio.value == near(mean.value)
    assert ratio.seen == near(mean.seen * (n - 1) / n)
    assert ratio.ess == near(n)


@given(controlled)
def test_of_a_mean_plus_a_ratio_the_variance_is_that_of_the_rows_influences(rows: Floats) -> None:
    d, missed, w = rows
    n = len(d)
    evidence = of_control(rows)
    ratio = missed.sum() / w.sum()
    influence = (d - d.mean()) + (missed - ratio * w) * n / w.sum()
    assert evidence.value == near(d.mean() + ratio)
    assert evidence.seen == near((influence**2).sum() / (n - 1) / n)
    assert evidence.variance >= evidence.seen * (1 - 1e-9)
    if evidence.seen > 1e-3:
        expected = Moments().receive(influence)
        assert evidence.skewness == pytest.approx(expected.skewness() / n**0.5, abs=1e-3)
        assert evidence.freedom == pytest.approx(expected.degrees_of_freedom(), rel=1e-3)


@given(rewards, st.floats(-5, 5))
def test_a_model_that_misses_nothing_leaves_the_variance_of_its_mean(
    d: Floats, shift: float
) -> None:
    """Whatever the weights are; and a constant that is missed everywhere is made up for."""
    w = 1.0 + np.arange(len(d))
    for missed in (0.0 * w, shift * w):
        assert of_control(np.stack([d, missed, w])).seen == near(of_mean(d).seen)


@given(weighted)
def test_a_sum_of_one_ratio_is_that_ratio(rows: Floats) -> None:
    w, r = rows
    n, y = len(w), np.stack([w * r, w])
    ratio = of_ratio(w, r)
    evidence = evidence_of_ratios(ratio.value, n, y.sum(axis=1), y @ y.T, Groups())
    assert evidence is not None
    assert evidence.variance == near(ratio.seen * n / (n - 1))
    assert evidence.ess == near(ratio.ess)


@given(st.lists(st.tuples(weights, weights, tenths, tenths), min_size=2, max_size=20))
def test_of_a_sum_of_ratios_the_variance_is_that_of_the_tasks_influences(
    tasks: list[tuple[float, ...]],
) -> None:
    first, second, r, s = np.array(tasks).T
    n, y = len(tasks), np.stack([first * r, second * s, first, second])
    influence = sum(
        w * (x - (w * x).sum() / w.sum()) / w.mean() for w, x in ((first, r), (second, s))
    )
    variance = variance_of_ratios(n, y.sum(axis=1), y @ y.T)
    assert variance == near(float((influence**2).sum()) / n / (n - 1))


@given(weighted)
def test_a_step_that_no_task_reaches_adds_nothing(rows: Floats) -> None:
    w, r = rows
    n, nothing = len(w), np.zeros(len(w))
    short, long = np.stack([w * r, w]), np.stack([w * r, nothing, w, nothing])
    variances = [variance_of_ratios(n, y.sum(axis=1), y @ y.T) for y in (short, long)]
    assert variances[0] == near(variances[1])


@given(st.integers(2, 20), st.integers(1, 6), weights, tenths, st.integers(0, 999))
def test_rows_repeated_within_their_cluster_bring_no_precision(
    clusters: int, copies: int, size: float, shift: float, seed: int
) -> None:
    """Of equal clusters the variance is that of one row each."""
    r = np.random.default_rng(seed).normal(shift, size, clusters)
    assume(np.ptp(r) > 0.01)
    sums = np.column_stack([np.full(clusters, copies), copies * r])
    groups = Groups(sums.astype(np.float64), clustered=True)
    terms = Moments().receive(np.repeat(r, copies))
    evidence = evidence_of_mean(terms, 0.0, float(clusters * copies), groups)
    assert evidence is not None
    assert evidence.seen == near(max(r.var(ddof=1) / clusters, of_mean(np.repeat(r, copies)).seen))
    assert evidence.cluster_freedom is not None
    assert 0.0 < evidence.cluster_freedom <= clusters - 1.0 + 1e-9
