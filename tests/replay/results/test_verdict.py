"""When a log is good, weak or can't answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replay.results.verdict import judge
from replay.stats.weight_stats import Diagnostics

HEALTHY = Diagnostics(
    ess=500.0,
    ess_share=0.5,
    mean_weight=1.0,
    max_weight=9.0,
    no_support_rows=0,
    effective_events=100.0,
    pess=None,
    mean_weight_error=0.03,
)


def verdict(**changes: float | None) -> str:
    return judge(replace(HEALTHY, **changes), 1000, "uniform").text  # type: ignore[arg-type]  # floats for counts


ESS, RESTS = "the effective sample size for uniform is", "the estimate for uniform rests on"


def test_a_healthy_log_is_good() -> None:
    assert verdict() == "good"


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({"ess": 59.0}, f"cannot answer: {ESS} only 59 rows"),
        ({"ess": 61.0}, f"weak: {ESS} only 61 rows"),
        ({"pess": 29.0}, f"cannot answer: {ESS} only 29 rows"),
        ({"pess": 99.0}, f"weak: {ESS} only 99 rows"),
        ({"effective_events": 2.9}, f"cannot answer: {RESTS} only 2.9 effective rewards"),
        ({"effective_events": 3.1}, f"weak: {RESTS} only 3.1 effective rewards"),
        ({"effective_events": 19.0}, f"weak: {RESTS} only 19 effective rewards"),
        ({"no_support_rows": 11}, "cannot answer: uniform does what the log could not do in 11"),
        ({"no_support_rows": 1}, "weak: uniform does what the log could not do in 1 of 1000"),
        ({"mean_weight": 1.2}, "weak: the mean weight is 1.2, not 1"),
        ({"mean_weight": 1.1}, "good"),
    ],
)
def test_each_limit_is_kept(changes: dict[str, float], begins: str) -> None:
    assert verdict(**changes).startswith(begins)


def test_the_expected_effective_sample_counts_where_it_is_known() -> None:
    """Lucky logs look healthy by the observed one: it is not asked then."""
    assert verdict(ess=20.0, pess=500.0) == "good"
    assert verdict(ess=900.0, pess=20.0).startswith("cannot answer")


@pytest.mark.parametrize(
    ("mean", "error", "verdict", "says"),
    [
        (1.01, 0.03, "good", "mean weight 1.01 (expected 1; a deviation above 0.12 would be"),
        (1.0, 0.0, "good", "mean weight 1 (expected 1; exact)"),
        (1.2, 0.12, "good", "mean weight 1.2 (expected 1; a deviation above 0.48 would be"),
        (
            3.13,
            1.05,
            "weak",
            "too few rows to check the mean weight: 3.13 (expected 1; only a deviation",
        ),
        (
            0.99,
            0.13,
            "weak",
            "too few rows to check the mean weight: 0.99 (expected 1; only a deviation",
        ),
    ],
)
def test_the_mean_weight_says_what_deviation_it_would_have_noticed(
    mean: float, error: float, verdict: str, says: str
) -> None:
    """Above one half it says nothing about the propensities, and isn't good."""
    found = judge(replace(HEALTHY, mean_weight=mean, mean_weight_error=error), 1000, "uniform")
    (check,) = (one for one in found.findings if one.name == "mean weight")
    assert check.verdict == verdict
    assert check.text.startswith(says)
    assert found.text.startswith(verdict)


def test_rewards_that_can_be_negative_have_no_effective_events() -> None:
    assert verdict(effective_events=None) == "good"


@pytest.mark.parametrize(
    ("rewards", "begins"),
    [
        (None, "good"),
        (21.0, "good"),
        (19.0, "weak: the interval is as wide as that of the mean of only 19 logged rewards"),
        (
            2.9,
            "cannot answer: the interval is as wide as that of the mean of only 2.9 logged rewards",
        ),
    ],
)
def test_an_interval_that_says_no_more_than_a_few_rewards_is_refused(
    rewards: float | None, begins: str
) -> None:
    assert judge(HEALTHY, 1000, "uniform", precision=rewards).text.startswith(begins)
