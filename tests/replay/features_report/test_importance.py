"""Importance: cross-fitted errors are the plain ones; shares and intervals."""

from __future__ import annotations

import numpy as np
import pytest

from replay.features_report.columns import columns_of
from replay.features_report.crossfit import FOLDS, Crossfit
from replay.features_report.figures import is_useless
from replay.features_report.importance import importances
from replay.features_report.series import Series

ROWS = 1500


def made(seed: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """`x` and `y` tell, `twin` is nearly `x`, `noise` tells nothing."""
    rng = np.random.default_rng(seed)
    x, y, noise = rng.normal(size=(3, ROWS))
    groups = {"x": x, "y": y, "twin": x + 0.01 * rng.normal(size=ROWS), "noise": noise}
    target = x + 0.5 * y + rng.normal(size=ROWS)
    return {name: values[:, None] for name, values in groups.items()}, target[:, None]


def test_errors_are_those_of_ridge_on_the_other_folds() -> None:
    groups, targets = made(1)
    columns = np.column_stack(list(groups.values()))
    fit = Crossfit(columns, targets, np.arange(ROWS))
    found = fit.errors(np.array([0, 1]))
    fold = np.arange(ROWS) * FOLDS // ROWS
    train, test = fold != 4, fold == 4
    x, y = columns[train][:, :2], targets[train]
    centre = x - x.mean(axis=0)
    inner = centre.T @ centre + fit._ridge * np.eye(2)
    slopes = np.linalg.solve(inner, centre.T @ (y - y.mean()))
    predicted = y.mean() + (columns[test][:, :2] - x.mean(axis=0)) @ slopes
    expected = ((targets[test] - predicted) ** 2).ravel()
    assert found[test] == pytest.approx(expected, rel=1e-9)


def test_twins_lose_nothing_and_tell_much_alone() -> None:
    groups, targets = made(2)
    model, found = importances(
        np.empty((ROWS, 0)), groups, targets, np.arange(ROWS), lambda _: None
    )
    assert model is not None
    assert model.tells
    assert model.told.value / model.error == pytest.approx(1.25 / 2.25, abs=0.06)
    assert abs(found["twin"].lost.value) < 0.02
    assert found["twin"].alone.value == pytest.approx(0.8, abs=0.08)
    assert found["y"].lost.value == pytest.approx(0.2, abs=0.06)
    assert max(found["noise"].lost.high, found["noise"].alone.high) < 0.02


@pytest.mark.slow
def test_intervals_of_all_features_hold_together() -> None:
    """What is lost without `y` and told by it alone is .2: 200 logs, fail above 21 misses.

    The target has no twin here. At 5 % misses, false alarm 1e-3; at 15 %, caught in 97 %.
    """
    misses = 0
    for seed in range(200):
        groups, targets = made(100 + seed)
        del groups["twin"]
        _, found = importances(
            np.empty((ROWS, 0)), groups, targets, np.arange(ROWS), lambda _: None
        )
        truth = {"x": 0.8, "y": 0.2, "noise": 0.0}
        amounts = [(found[n].lost, t) for n, t in truth.items()]
        amounts += [(found[n].alone, t) for n, t in truth.items()]
        misses += any(not one.low <= t + 0.002 and t - 0.002 <= one.high for one, t in amounts)
    assert misses <= 21


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "least_found"), [(1200, 25), (2500, 65)])
def test_a_feature_at_the_limit_is_seldom_called_useless(rows: int, least_found: int) -> None:
    """A feature tells 2 % of what all tell: 100 logs, fail if it is useless in more than 12.

    At the promised 5 %, false alarm 1.5e-3; at 20 %, caught in 97 %. Noise is called useless in 45
    and 82 of 100 such logs; at these rates false alarm below 1e-4. No rule was settled here.
    """
    at_limit = found = 0
    for seed in range(9000, 9100):
        rng = np.random.default_rng(seed)
        weak, x, y, noise, other = rng.normal(size=(5, rows))
        signal = 0.02**0.5 * weak + (0.98 * 0.7) ** 0.5 * x + (0.98 * 0.3) ** 0.5 * y
        target = 0.4**0.5 * signal + 0.6**0.5 * rng.normal(size=rows) > 0.0
        named = {"weak": weak, "x": x, "y": y, "noise": noise, "other": other}
        every = np.arange(rows)
        groups = {
            name: columns_of(Series(name, "task", "number", tuple(values.tolist()), every))
            for name, values in named.items()
        }
        targets = target.astype(float)[:, None]
        model, of = importances(np.empty((rows, 0)), groups, targets, every, lambda _: None)
        at_limit += bool(is_useless(model, of.get("weak")))
        found += bool(is_useless(model, of.get("noise")))
        assert not is_useless(model, of.get("x"))
    assert at_limit <= 12
    assert found >= least_found


def test_where_features_tell_nothing_nothing_is_shared_out() -> None:
    rng = np.random.default_rng(3)
    groups = {name: rng.normal(size=(ROWS, 1)) for name in "xyz"}
    targets = rng.normal(size=(ROWS, 1))
    model, found = importances(
        np.empty((ROWS, 0)), groups, targets, np.arange(ROWS), lambda _: None
    )
    assert model is not None
    assert not model.tells
    assert found == {}
