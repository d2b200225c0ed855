"""Intervals made from sums of weights and rewards: what they hold, and how they move."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from replay.estimators.evidence.bias_bound import bias_bounded
from replay.estimators.evidence.cressie_read import WeightedMoments, cressie_read_interval
from replay.intervals.interval import widest
from replay.intervals.normal import normal

if TYPE_CHECKING:
    from replay.intervals.interval import Interval

levels = st.floats(0.5, 0.999)
tenths = st.integers(0, 10).map(lambda number: number / 10)
rows = st.lists(st.tuples(st.integers(0, 30).map(lambda number: number / 10), tenths), min_size=4)
tops = st.floats(3.0, 50.0) | st.just(math.inf)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


def bounded(
    data: list[tuple[float, float]], y_range: tuple[float, float], level: float
) -> Interval:
    """Interval of the mean of ŵ y."""
    w, y = np.array(data).T
    s = w * y
    means = np.array([each.mean() for each in (w, w**2, s, s**2, s * w)])
    return bias_bounded(len(w), means, y_range, "real", level)


@given(rows, st.tuples(tenths, tenths).map(sorted), levels, levels)
def test_the_bias_bound_holds_the_value_and_grows_with_the_level(
    data: list[tuple[float, float]], y_range: list[float], level: float, other: float
) -> None:
    low, high = y_range
    less, more = (bounded(data, (low, high), each) for each in sorted((level, other)))
    w, y = np.array(data).T
    assert more.low <= less.low <= (w * y).mean() + 1e-9
    assert more.high >= less.high >= (w * y).mean() - 1e-9


@given(st.lists(tenths, min_size=2), levels)
def test_where_no_weight_is_left_out_and_none_varies_the_interval_is_the_normal_one(
    y: list[float], level: float
) -> None:
    interval = bounded([(1.0, each) for each in y], (0.0, 1.0), level)
    expected = normal(float(np.mean(y)), float(np.var(y, ddof=1)) / len(y), level)
    assert (interval.low, interval.high) == (near(expected.low), near(expected.high))


@given(rows, st.floats(0.0, 1.0), levels)
def test_the_bias_bound_holds_the_weight_left_out_times_anything_that_y_may_be(
    data: list[tuple[float, float]], y: float, level: float
) -> None:
    """Even if no row were uncertain: s + L y for the y between 0 and 1."""
    interval = bounded(data, (0.0, 1.0), level)
    w, rewards = np.array(data).T
    left = max(1.0 - w.mean(), 0.0)
    assert interval.low - 1e-9 <= (w * rewards).mean() + left * y <= interval.high + 1e-9


@given(
    st.lists(st.tuples(tenths, tenths), min_size=2),
    st.integers(-30, 30).map(lambda number: number / 10),
    levels,
)
def test_the_bias_bound_moves_with_a_constant_added_to_all_rewards(
    data: list[tuple[float, float]], shift: float, level: float
) -> None:
    """Although the estimate moves less, by the share of weight that is kept, and is held too."""
    before = bounded(data, (0.0, 1.0), level)
    shifted = [(w, y + shift) for w, y in data]
    after = bounded(shifted, (shift, 1.0 + shift), level)
    value = float(np.mean([w * y for w, y in shifted]))
    assert after.low == pytest.approx(min(before.low + shift, value), abs=1e-6)
    assert after.high == pytest.approx(max(before.high + shift, value), abs=1e-6)


def test_fewer_than_two_rows_have_the_widest_interval() -> None:
    for count in (0, 1):
        assert bias_bounded(count, np.zeros(5), (0.0, 1.0), "binary", 0.9) == widest("binary")


def moments(data: list[tuple[float, float]], unit: float = 1.0) -> WeightedMoments:
    """Sums of rows whose terms w r are no straight line over w: rounding would decide there."""
    w, r = np.array(data).T
    terms, line = w * r, np.column_stack([np.ones(len(w)), w])
    residual = terms - line @ np.linalg.lstsq(line, terms, rcond=None)[0]
    assume(float((residual**2).sum()) > 1e-4)
    r = unit * r
    return WeightedMoments(
        len(w), w.sum(), (w**2).sum(), (w * r).sum(), (w**2 * r).sum(), (w**2 * r**2).sum()
    )


@given(rows, tops, levels)
def test_the_cressie_read_interval_stays_within_the_rewards(
    data: list[tuple[float, float]], top: float, level: float
) -> None:
    interval = cressie_read_interval(moments(data), top, (0.0, 1.0), level)
    assert 0.0 <= interval.low <= interval.high <= 1.0


@given(rows, tops, levels)
def test_the_cressie_read_interval_turns_with_the_sign_of_rewards(
    data: list[tuple[float, float]], top: float, level: float
) -> None:
    interval = cressie_read_interval(moments(data), top, (0.0, 1.0), level)
    turned = cressie_read_interval(moments(data, unit=-1.0), top, (-1.0, 0.0), level)
    assert (turned.low, turned.high) == (near(-interval.high), near(-interval.low))


@given(rows, tops, levels, levels)
def test_the_cressie_read_interval_grows_with_the_level(
    data: list[tuple[float, float]], top: float, level: float, other: float
) -> None:
    sums = moments(data)
    less, more = (
        cressie_read_interval(sums, top, (0.0, 1.0), each) for each in sorted((level, other))
    )
    assert more.low <= less.low + 1e-9
    assert more.high >= less.high - 1e-9


@given(rows, tops, levels, st.floats(0.1, 5.0))
def test_the_cressie_read_interval_has_the_unit_of_the_rewards(
    data: list[tuple[float, float]], top: float, level: float, unit: float
) -> None:
    interval = cressie_read_interval(moments(data), top, (0.0, 1.0), level)
    scaled = cressie_read_interval(moments(data, unit), top, (0.0, unit), level)
    assert (scaled.low, scaled.high) == (near(unit * interval.low), near(unit * interval.high))
