"""Intervals of few and unequal clusters, and when there are too few of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from bench.attacks.clusters import TARGETS, equal, make, means
from replay import evaluate
from replay.intervals.evidence import Evidence, NonNegativeTerms
from replay.intervals.rules import RULES
from replay.intervals.student import student
from replay.stats.cluster_freedom import cluster_variance, degrees_of_freedom
from replay.stats.cluster_sums import Groups
from replay.tables.survey import KINDS
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind
    from replay.results.evaluation import Evaluation


@given(st.lists(st.integers(1, 500), min_size=2, max_size=12))
def test_degrees_of_freedom_are_those_of_the_quadratic_form(sizes: list[int]) -> None:
    """tr(C)² / tr(C²), C the covariance of the corrected residual sums of independent rows."""
    rows = np.array(sizes, float)
    share = rows / rows.sum()
    away = np.eye(len(rows)) - np.outer(share, np.ones(len(rows)))
    corrected = away / np.sqrt(1 - share)[:, None]
    form = corrected @ np.diag(rows) @ corrected.T
    expected = np.trace(form) ** 2 / (form**2).sum()
    assert degrees_of_freedom(rows) == pytest.approx(expected, rel=1e-6)


@given(st.integers(2, 5000))
def test_equal_clusters_have_one_degree_of_freedom_less_than_there_are(clusters: int) -> None:
    assert degrees_of_freedom(np.full(clusters, 7.0)) == pytest.approx(clusters - 1)


def test_one_cluster_has_no_variance() -> None:
    assert cluster_variance(np.array([10.0]), np.array([3.0])) is None
    assert degrees_of_freedom(np.array([10.0])) == 0


def test_the_effective_number_of_clusters_is_that_of_the_merged_groups() -> None:
    sums = np.zeros((GROUPS, 2))
    sums[:10, 0] = 5.0
    other = np.zeros((GROUPS, 2))
    other[5:20, 0] = 5.0
    merged = Groups(sums, clustered=True) + Groups(other, clustered=True)
    whole = Groups(sums + other, clustered=True)
    assert merged.effective_clusters() == whole.effective_clusters()
    assert 10 < (merged.effective_clusters() or 0) < 20
    assert Groups(sums).effective_clusters() is None


SIZES = {
    "5 equal": np.full(5, 100.0),
    "8 equal": np.full(8, 60.0),
    "halves": 800 * 0.5 ** np.arange(1, 9),
    "40, one with 40 %": np.array([320.0] + [480 / 39] * 39),
}


@pytest.mark.parametrize("rows", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("correlation", [0.1, 0.8])
def test_a_mean_of_few_clusters_is_in_its_interval(rows: Floats, correlation: float) -> None:
    """2,000 samples, nominal .95: fewer hits than a coverage of .93 has with a chance of 1e-4.

    With normal quantiles and no correction 5 equal clusters cover .83.
    """
    rng = np.random.default_rng(20261126)
    runs, held = 2_000, 0
    for _ in range(runs):
        shared = np.sqrt(correlation) * rng.normal(size=len(rows))
        own = np.sqrt((1 - correlation) / rows) * rng.normal(size=len(rows))
        sums = rows * (shared + own)
        mean = sums.sum() / rows.sum()
        found = cluster_variance(rows, sums - rows * mean)
        assert found is not None
        low, high, _ = student(mean, found.variance, found.freedom, 0.95)
        held += low <= 0 <= high
    assert held >= binom.ppf(1e-4, runs, 0.93)


def answered(rng: np.random.Generator, n: int, users: int) -> Evaluation:
    return evaluate(
        pa.table(make(rng, n, sizes=equal, users=users)),
        logged="columns:log_",
        target="columns:target_",
        cluster="user",
    )


def test_the_default_interval_of_five_users_holds_the_truth() -> None:
    """200 logs: fewer hits than a coverage of .93 has with a chance of 1e-3.

    Normal quantiles, as they were before, cover .83 and fail with a chance of .9.
    """
    truth, runs = float(TARGETS["near"] @ means("real")), 200
    held = 0
    for run in range(runs):
        estimate = answered(np.random.default_rng([4, run]), 200, 5).estimate
        assert estimate is not None
        held += estimate.low <= truth <= estimate.high
    assert held >= binom.ppf(1e-3, runs, 0.93)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        *((rule, kind) for rule in ("default", "anytime") for kind in KINDS),
        *(("student", kind) for kind in KINDS),
        ("log", "positive"),
        ("wilson", "binary"),
    ],
)
def test_few_clusters_widen_every_interval_with_a_quantile(rule: str, kind: RewardKind) -> None:
    alone = Evidence(0.5, 0.01, 0.01, 500, ess=200.0)
    few, many = replace(alone, cluster_freedom=6.0), replace(alone, cluster_freedom=3_000.0)
    low, high, _ = RULES[rule](alone, kind, 0.95)
    narrow, wide = RULES[rule](many, kind, 0.95), RULES[rule](few, kind, 0.95)
    assert narrow.high - narrow.low == pytest.approx(high - low, rel=5e-3)
    assert wide.high - wide.low > 1.1 * (high - low)


@pytest.mark.parametrize("rule", ["gamma", "clopper-pearson"])
def test_intervals_of_independent_rows_are_not_given_for_clusters(rule: str) -> None:
    terms = NonNegativeTerms(0.5, 2.0, 1.0)
    found = Evidence(0.5, 0.01, 0.01, 500, terms=terms, cluster_freedom=50.0)
    assert RULES[rule](found, "binary", 0.95)[:2] == (0, 1)
    assert RULES[rule](replace(found, cluster_freedom=None), "binary", 0.95)[:2] != (0, 1)


@pytest.mark.parametrize(
    ("users", "says"),
    [
        (3, "cannot answer: effective number of clusters: 3 (at least 5 required)"),
        (5, "weak: effective number of clusters: 5 (at least 20 recommended)"),
        (20, "good"),
    ],
)
def test_too_few_clusters_are_refused(users: int, says: str) -> None:
    answer = answered(np.random.default_rng(1), 1200, users)
    assert answer.verdict == says
    assert answer.diagnostics.effective_clusters == pytest.approx(users, rel=0.01)


def test_a_thousand_clusters_change_the_quantile_by_a_thousandth() -> None:
    wide = student(0.0, 1.0, degrees_of_freedom(np.full(1_000, 3.0)), 0.95).high
    assert wide == pytest.approx(student(0.0, 1.0, None, 0.95).high, rel=2e-3)


def test_estimators_that_know_no_clusters_have_no_interval() -> None:
    answer = answered(np.random.default_rng(2), 400, 20)
    known = {one.estimator for one in answer.estimates if np.isfinite(one.high)}
    assert known == {"IPS", "SNIPS", "DM", "SNDR", "DR"}
    without = {one.interval for one in answer.estimates if one.estimator not in known}
    assert without == {"none for clustered rows"}
