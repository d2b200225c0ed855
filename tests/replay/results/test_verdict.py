"""When a log is good, weak or can't answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replay.results.verdict import judge
from replay.stats.action_stats import Overlap
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


ESS, REWARDS = (
    "effective sample size for uniform:",
    "effective number of non-zero weighted rewards for uniform:",
)


def test_a_healthy_log_is_good() -> None:
    assert verdict() == "good"


@pytest.mark.parametrize(
    ("changes", "begins"),
    [
        ({"ess": 59.0}, f"cannot answer: {ESS} 59 rows, 5.9 % of 1,000 (at"),
        ({"ess": 61.0}, f"weak: {ESS} 61 rows"),
        ({"pess": 29.0}, f"cannot answer: {ESS} 29 rows"),
        ({"pess": 99.0}, f"weak: {ESS} 99 rows"),
        ({"effective_events": 2.9}, f"cannot answer: {REWARDS} 2.9 (at"),
        ({"effective_events": 3.1}, f"weak: {REWARDS} 3.1 (at"),
        ({"effective_events": 19.0}, f"weak: {REWARDS} 19 (at"),
        (
            {"no_support_rows": 11},
            "cannot answer: uniform takes actions that the logging policy could not take in 11",
        ),
        (
            {"no_support_rows": 1},
            "weak: uniform takes actions that the logging policy could not take in 1 of 1,000",
        ),
        ({"mean_weight": 1.2}, "weak: mean weight 1.2 (expected 1), further away than"),
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
        (
            1.01,
            0.03,
            "good",
            "mean weight 1.01 (expected 1; within sampling error, p = 0.74; flagged beyond 4",
        ),
        (1.0, 0.0, "good", "mean weight 1 (expected 1; exactly)"),
        (
            1.2,
            0.12,
            "good",
            "mean weight 1.2 (expected 1; within sampling error, p = 0.096; flagged",
        ),
        (
            3.13,
            1.05,
            "weak",
            "mean weight 3.13 (expected 1; too few rows to check it: only a deviation above 4.2",
        ),
        (
            0.99,
            0.13,
            "weak",
            "mean weight 0.99 (expected 1; too few rows to check it: only a deviation above 0.52",
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
        (19.0, "weak: the interval is as wide as that of the mean of 19 logged rewards"),
        (
            2.9,
            "cannot answer: the interval is as wide as that of the mean of 2.9 logged rewards",
        ),
    ],
)
def test_an_interval_that_says_no_more_than_a_few_rewards_is_refused(
    rewards: float | None, begins: str
) -> None:
    assert judge(HEALTHY, 1000, "uniform", precision=rewards).text.startswith(begins)


def test_support_is_called_full_only_where_every_action_has_a_propensity() -> None:
    """With the propensity of the action taken alone, rows can't be looked at one by one."""
    seen = [Overlap("a", 500, 1000.0, 500.0)]
    full = judge(HEALTHY, 1000, "always:a", chances_known=True, overlap=seen).findings[0]
    assert full.text.startswith("full support: ")
    partly = replace(HEALTHY, pess=None)
    occurs = judge(partly, 1000, "always:a", overlap=seen).findings[0]
    assert occurs.text.startswith("every action of always:a occurs in the log; support row by row")
    unknown = judge(partly, 1000, "column:p").findings[0]
    assert unknown.text.startswith("no row is known to lack support; support row by row can't")
    assert {full.verdict, occurs.verdict, unknown.verdict} == {"good"}


def test_more_precision_than_rows_is_explained() -> None:
    texts = [
        next(each.text for each in judge(HEALTHY, 1000, "a", precision=p).findings
             if each.name == "precision")
        for p in (900.0, 1500.0)
    ]  # fmt: skip
    assert "more than the 1,000 logged" not in texts[0]
    assert "more than the 1,000 logged: under the target" in texts[1]
