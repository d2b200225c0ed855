"""Models of the reward know the past only, and don't depend on how a file is cut into batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.models.features import MAX_ONE_HOT, Features
from replay.models.ridge import Ridge
from replay.models.tabular import Tabular
from replay.moments import Moments
from replay.own.trajectory import Step, Trajectory
from replay.table_fold import fold_rows
from replay.tables.context_column import ContextColumn
from replay.tables.rows import Floats, Rows
from replay.tables.survey import Survey
from replay.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIONS = ("a", "b", "c")


def log(n: int, seed: int = 1) -> Rows:
    rng = np.random.default_rng(seed)
    action = rng.integers(0, 3, n)
    color = rng.integers(0, 2, n)
    reward = (rng.random(n) < 0.2 + 0.2 * action + 0.2 * color).astype(float)
    context = {"color": pa.array(np.array(["red", "blue"])[color])}
    return Rows(action, reward, np.full(n, 1 / 3), context=context)


def model() -> Ridge:
    return Ridge(Features.of(ACTIONS, [ContextColumn("color", numeric=False)]))


def blocks(rows: Rows) -> Iterator[tuple[Ridge, Rows]]:
    """A model and the rows it predicts, before it learns from them."""
    ridge, start = model(), 0
    while start < len(rows):
        piece = rows.slice(start, start + ridge.until_fit())
        yield ridge, piece
        ridge.learn(piece)
        start += len(piece)


def progressive(rows: Rows) -> Floats:
    return np.concatenate([ridge.predict(piece) for ridge, piece in blocks(rows)])


def learned(rows: Rows) -> Ridge:
    return [ridge for ridge, _ in blocks(rows)][-1]


def test_later_rewards_do_not_change_earlier_predictions() -> None:
    rows = log(400)
    changed = Rows(rows.action, rows.reward.copy(), rows.propensity, context=rows.context)
    changed.reward[200:] = 1 - changed.reward[200:]
    assert np.array_equal(progressive(rows)[:200], progressive(changed)[:200])
    assert not np.array_equal(progressive(rows)[300:], progressive(changed)[300:])


def test_before_the_first_fit_there_is_no_prediction() -> None:
    ridge = model()
    assert not ridge.fitted
    assert not ridge.predict(log(5)).any()


def test_the_ridge_learns_actions_and_context() -> None:
    """20,000 rows: standard errors of .01; shrinkage adds as much."""
    ridge = learned(log(20_000))
    colors = {"color": pa.array(["red", "blue"])}
    asked = Rows(np.zeros(2, np.int64), np.zeros(2), np.ones(2), context=colors)
    expected = np.array([[0.2, 0.4, 0.6], [0.4, 0.6, 0.8]])
    assert ridge.predict(asked) == pytest.approx(expected, abs=0.04)


def test_predictions_stay_within_the_rewards_seen() -> None:
    ridge = learned(log(100))
    predicted = ridge.predict(log(100, seed=2))
    assert predicted.min() >= 0
    assert predicted.max() <= 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 200), min_size=1, max_size=8))
def test_sums_do_not_depend_on_the_batches(cuts: list[int]) -> None:
    """To 1e-9: the model is fitted after the same rows, only sums are added in another order."""
    rows = log(600)
    color = ContextColumn("color", numeric=False)
    found = Survey(600, ACTIONS, "binary", Moments().receive(rows.reward), (color,))
    batches, start = [], 0
    for size in [*cuts, 600]:
        batches.append(rows.slice(start, min(start + size, 600)))
        start = min(start + size, 600)
    cut = fold_rows(batches, found, Target("uniform"), "row")
    whole = fold_rows([rows], found, Target("uniform"), "row")
    for a, b in zip(cut.estimators, whole.estimators, strict=True):
        assert a.value() == pytest.approx(b.value(), abs=1e-9)
        ends, expected = a.interval("binary", 0.95)[:2], b.interval("binary", 0.95)[:2]
        assert ends == pytest.approx(expected, abs=1e-9)


def test_numbers_are_scaled_and_missing_values_are_average() -> None:
    values = pa.array([str(v) for v in range(100)] + [None])
    column = ContextColumn("size")
    column.receive(values)
    features = Features.of(ACTIONS, [column])
    assert column.continuous
    zero = np.zeros(101)
    rows = Rows(zero.astype(np.int64), zero, zero + 1, context={"size": values})
    vectors = features.context(rows)
    assert vectors[:, -1].mean() == pytest.approx(0.0, abs=1e-9)
    assert vectors[100, -1] == 0.0


def test_few_numbers_are_categories() -> None:
    column = ContextColumn("position")
    column.receive(pa.array(["1", "2", "3"]))
    assert not column.continuous


def test_many_actions_share_slots() -> None:
    features = Features.of([str(i) for i in range(2000)], [])
    assert features.action_slots <= MAX_ONE_HOT


def test_the_table_of_values_finds_what_a_choice_earns() -> None:
    """One decision, then the end: `good` earns 1, `bad` 0, 500 tasks each; the prior is 5 tasks."""
    table = Tabular(["bad", "good"])
    pmf = {"bad": 0.5, "good": 0.5}
    for i in range(1000):
        name = ("bad", "good")[i % 2]
        step = Step((0, 5), pmf, name, float(name == "good"))
        table.learn(Trajectory(str(i), (step,), audited=False, gold=False), [pmf])
    assert table.value((0, 5), "good") == pytest.approx(1.0, abs=0.02)
    assert table.value((0, 5), "bad") == pytest.approx(0.0, abs=0.02)


def test_the_table_looks_ahead_under_the_target_not_the_log() -> None:
    """After `go` the log mostly chose badly; the target always chooses well, so `go` is worth 1."""
    table = Tabular(["go", "bad", "good"])
    rng = np.random.default_rng(1)
    logged, wanted = {"bad": 0.8, "good": 0.2}, {"good": 1.0}
    for i in range(3000):
        name = "good" if rng.random() < 0.2 else "bad"
        steps = (
            Step((0, 5), {"go": 1.0}, "go", 0.0),
            Step((1, 9), logged, name, float(name == "good")),
        )
        table.learn(Trajectory(str(i), steps, audited=False, gold=False), [{"go": 1.0}, wanted])
    assert table.value((0, 5), "go") == pytest.approx(1.0, abs=0.03)
