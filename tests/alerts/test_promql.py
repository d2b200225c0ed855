"""Our evaluator of rules says what Prometheus would say."""

from __future__ import annotations

import math

import pytest

from tests.alerts.promql import parse
from tests.alerts.rules import rules
from tests.alerts.tape import Scrape, Tape

A = frozenset({("instance", "a")})
B = frozenset({("instance", "b")})


def taped(name: str, *series: list[float], every_s: float = 60.0) -> Tape:
    """Return a tape with a series of each of the targets a and b; NaN where it was silent."""
    tape = Tape()
    for target, values in zip("ab", series, strict=False):
        labels = frozenset({("instance", target)})
        tape._scrapes[target] = [
            Scrape(i * every_s, {name: {labels: value}} if not math.isnan(value) else {})
            for i, value in enumerate(values)
        ]
    tape.times = [i * every_s for i in range(len(series[0]))]
    return tape


def value(text: str, tape: Tape, at: float | None = None) -> object:
    return parse(text)(tape, tape.times[-1] if at is None else at)


NO = float("nan")


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("x", {A: 3.0, B: 5.0}),
        ("x > 3", {B: 5.0}),
        ("x == 3", {A: 3.0}),
        ('x{instance="a"}', {A: 3.0}),
        ('x{instance!="a"} * 2', {B: 10.0}),
        ("sum(x)", {frozenset(): 8.0}),
        ("max by (instance) (x) > 4", {B: 5.0}),
        ("max(x) by (instance) > 4", {B: 5.0}),
        ("x > 4 or x < 4", {A: 3.0, B: 5.0}),
        ("x and x > 4", {B: 5.0}),
        ("x unless x > 4", {A: 3.0}),
        ("sum(x) > 100 or absent(y)", {frozenset(): 1.0}),
        ("x offset 1m", {A: 2.0, B: 5.0}),
        ("x - x offset 1m", {A: 1.0, B: 0.0}),
        ("(x + 1) / 2 > 2", {B: 3.0}),
    ],
)
def test_selectors_and_operators(expr: str, expected: object) -> None:
    assert value(expr, taped("x", [1.0, 2.0, 3.0], [5.0, 5.0, 5.0])) == expected


def test_a_counter_that_starts_anew_goes_on_growing() -> None:
    """4 - 2, then 3 after a restart: 5 in 120 s, extrapolated to the 10 minutes asked for."""
    tape = taped("x", [2.0, 4.0, 3.0])
    assert value("increase(x[2m])", tape) == {A: pytest.approx(3.0 * 1.0 + 3.0)}
    assert value("rate(x[2m])", tape) == {A: pytest.approx(6.0 / 120)}


def test_a_series_that_is_new_has_not_increased() -> None:
    """So a rule on `increase` alone misses what has happened before the first scrape."""
    tape = taped("x", [NO, NO, 7.0])
    assert value("increase(x[10m])", tape) == {}
    assert value("increase(x[10m])", taped("x", [NO, 7.0, 7.0])) == {A: 0.0}
    assert value("x unless x offset 10m", tape) == {A: 7.0}


def test_a_target_that_is_silent_has_no_series() -> None:
    assert value("x", taped("x", [1.0, 1.0, NO])) == {}


def test_a_slope_is_of_all_points() -> None:
    assert value("deriv(x[10m])", taped("x", [0.0, 60.0, 120.0])) == {A: pytest.approx(1.0)}


def test_a_quantile_is_linear_in_its_bucket() -> None:
    tape = Tape()
    counts = {"1": 10.0, "2": 90.0, "5": 100.0, "+Inf": 100.0}
    samples = {"x_bucket": {frozenset({("le", le)}): n for le, n in counts.items()}}
    tape._scrapes["a"] = [Scrape(0.0, samples)]
    tape.times = [0.0]
    assert value("histogram_quantile(0.5, x_bucket)", tape) == {frozenset(): pytest.approx(1.5)}
    assert value("histogram_quantile(0.95, x_bucket)", tape) == {frozenset(): pytest.approx(3.5)}


@pytest.mark.parametrize("expr", ["x >", "topk(1, x)", "x[5m", "x ! y", "x) + 1", "1 + x"])
def test_what_is_not_understood_is_an_error(expr: str) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)):
        value(expr, taped("x", [1.0]))


def test_a_rule_fires_when_it_has_held_long_enough() -> None:
    """Of each series by itself, and anew after a gap."""
    rule = rules()["PoolwiseDown"]._replace(expr="x == 0", hold_s=120.0)
    assert rule.fires(taped("x", [0.0, 0.0, 0.0], [1.0, 0.0, 0.0])) == {A}
    assert rule.fires(taped("x", [0.0, 0.0, 1.0, 0.0, 0.0])) == set()
