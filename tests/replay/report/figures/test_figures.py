"""Scales, and the sentences over figures."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from replay.checks.check_result import CheckResult, Grade
from replay.checks.copies import on_copies
from replay.checks.covariate_balance import Imbalance
from replay.checks.crossed_clusters import CrossedEffect, on_crossed
from replay.order.row_order import RowOrder
from replay.report.figures import curve as curve_figure
from replay.report.figures import weights as weight_figure
from replay.report.figures.scale import Scale, around
from replay.report.wording.advice import ADVICE
from replay.report.wording.digits import rounded
from replay.results.evaluation import Point
from replay.results.verdict import judge
from replay.stats.action_stats import Mismatch, Overlap
from replay.stats.design_effect import DesignEffect
from replay.stats.weight_stats import Diagnostics
from tests.replay.report.answers import histogram

finite = st.floats(-1e9, 1e9)


@given(finite, finite, finite)
def test_a_scale_keeps_order_and_stays_within_the_drawing(a: float, b: float, c: float) -> None:
    scale = around(min(a, b), max(a, b))
    places = [scale.at(value) for value in sorted((a, b, c, -math.inf, math.inf))]
    assert places == sorted(places)
    assert places[0] == 2.0
    assert places[-1] == 98.0


@given(st.floats(1e-9, 1e9), st.floats(1.001, 1e9), st.booleans())
def test_ticks_are_few_and_within_the_scale(low: float, ratio: float, logarithmic: bool) -> None:
    scale = Scale(low, low * ratio, logarithmic=logarithmic)
    ticks = scale.ticks()
    assert len(ticks) <= 9
    assert all(low * (1 - 1e-6) <= tick <= low * ratio * (1 + 1e-6) for tick in ticks)


@given(finite, st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_rounding_moves_no_end_by_a_tenth_of_the_nearer_side(
    value: float, down: float, up: float
) -> None:
    low, high = value - down, value + up
    for text, exact in zip(rounded(value, low, high), (value, low, high), strict=True):
        near = min(value - low, high - value) or max(down, up)
        assert abs(float(text.replace(",", "")) - exact) <= 0.051 * near + 1e-6 * abs(exact)


def test_the_sentence_over_the_weights_counts_their_rows() -> None:
    weight = np.concatenate([np.full(9700, 0.5), np.full(300, 0.5 * 9700 / 300)])
    assert weight_figure.said(histogram(weight)) == "Half of the total weight is on 3 % of the rows"
    even = weight_figure.said(histogram(np.ones(50)), "task")
    assert even == "The weight is spread evenly: half of it is on 50 % of the tasks"


def test_many_bars_are_put_together_and_lose_nothing() -> None:
    bars = histogram(np.random.default_rng(1).lognormal(0, 4, 20_000))
    fewer = weight_figure.coarse(bars)
    assert len(fewer) < len(bars) / 2
    assert sum(one.rows for one in fewer) == 20_000
    assert math.isclose(sum(one.share for one in fewer), 1.0)
    assert all(a.high <= b.low for a, b in itertools.pairwise(fewer))


def test_a_curve_says_how_far_it_ranged_and_claims_no_convergence() -> None:
    still = [Point(n, 0.5, 1 / n) for n in range(100, 1001, 100)]
    assert curve_figure.said(still) == "Estimate by number of rows (cumulative)"
    wild = [*still[:-1], replace(still[-1], value=0.9)]
    assert curve_figure.said(wild, "task").endswith("of the tasks on it ranged from 0.50 to 0.90")


def test_every_check_that_can_fail_has_advice() -> None:
    bad = Diagnostics(40.0, 0.04, 1.9, 25.0, 0, 3.0, None, 0.01, top_share=0.9)
    bad = replace(bad, effective_clusters=3.0)
    findings = judge(
        bad,
        1000,
        "uniform",
        chances_known=True,
        overlap=[Overlap("a", 10, 500.0, 1.0)],
        drift=1e-9,
        order=RowOrder(p_value=1e-9, timed=True),
        precision=2.0,
        design=DesignEffect("user", 3.0, 1e-9, treated=True),
        more=[
            CheckResult("accuracy", Grade.WEAK, ""),
            CheckResult("rows left out", Grade.WEAK, ""),
            CheckResult("late rewards", Grade.WEAK, ""),
            *on_copies(0.5),
            *on_crossed(CrossedEffect("item_id", 2.0, 1e-9), "user"),
        ],
    ).findings
    lacking = judge(replace(bad, no_support_rows=100), 1000, "uniform").findings
    independent = judge(
        replace(bad, effective_clusters=None),
        1000,
        "uniform",
        mismatch=Mismatch("a", 10.0, 100.0, 1e-9),
        chances_known=True,
        imbalance=Imbalance("x", "a", 1.0, 1e-9),
    ).findings
    names = {one.name for one in (*findings, *lacking, *independent) if one.verdict != "good"}
    assert names == ADVICE.keys()
