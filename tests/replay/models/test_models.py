"""Models of the reward know the past only, and sums don't depend on how a log is cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.aggregate.question import Question
from replay.aggregate.two_pass import sum_source
from replay.models.blocks import FIRST_FIT, boundaries, cut
from replay.models.features import DENSE, MAX_ONE_HOT, Features
from replay.models.gram import Gram
from replay.models.ridge import LAMBDAS, Ridge, progressive
from replay.runtime.parallel import workers
from replay.tables.rows import Rows
from replay.tables.values.context_column import ContextColumn
from replay.targets.target import TargetPolicy
from replay.task_log.components import Earned
from replay.task_log.fitted_q import Tabular
from replay.task_log.trajectory import Step, Trajectory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.numerics.arrays import Floats

ACTIONS = ("a", "b", "c")


def log(n: int, seed: int = 1) -> Rows:
    rng = np.random.default_rng(seed)
    action = rng.integers(0, 3, n)
    color = rng.integers(0, 2, n)
    reward = (rng.random(n) < 0.2 + 0.2 * action + 0.2 * color).astype(float)
    context = {"color": pa.array(np.array(["red", "blue"])[color])}
    index = np.arange(n)
    return Rows(action, reward, np.full(n, 1 / 3), context=context, index=index)


FEATURES = Features.of(ACTIONS, [ContextColumn("color", numeric=False)])


def models(rows: Rows) -> Iterator[tuple[Ridge | None, Rows]]:
    """Each block's model, and its rows."""
    starts = boundaries(len(rows))
    blocks = [part for _, part in cut(rows, starts, len(rows))]
    grams = [Gram.of(FEATURES.of_rows(part), part.reward) for part in blocks]
    yield from zip(progressive(FEATURES, grams), blocks, strict=True)


def predictions(rows: Rows) -> Floats:
    none = np.zeros((0, 3))
    return np.concatenate(
        [none if model is None else model.predict(FEATURES, part) for model, part in models(rows)]
    )


def test_later_rewards_do_not_change_earlier_predictions() -> None:
    rows = log(400)
    changed = replace(rows, reward=rows.reward.copy())
    changed.reward[200:] = 1 - changed.reward[200:]
    assert np.array_equal(predictions(rows)[:150], predictions(changed)[:150])
    assert not np.array_equal(predictions(rows)[300:], predictions(changed)[300:])


def test_before_the_first_fit_there_is_no_model() -> None:
    first, part = next(models(log(400)))
    assert first is None
    assert len(part) == FIRST_FIT


def test_the_ridge_learns_actions_and_context() -> None:
    """20,000 rows: standard errors of .01; shrinkage adds as much."""
    ridge = [model for model, _ in models(log(20_000))][-1]
    assert ridge is not None
    colors = {"color": pa.array(["red", "blue"])}
    asked = Rows(np.zeros(2, np.int64), np.zeros(2), np.ones(2), context=colors)
    expected = np.array([[0.2, 0.4, 0.6], [0.4, 0.6, 0.8]])
    assert ridge.predict(FEATURES, asked) == pytest.approx(expected, abs=0.04)


def test_predictions_stay_within_the_rewards_seen() -> None:
    predicted = predictions(log(100))
    assert predicted.min() >= 0
    assert predicted.max() <= 1


def test_the_fit_is_the_ridge_regression_of_a_textbook() -> None:
    """Centred features and rewards, (X'X + λI)⁻¹ X'y; the λ that was best on the second block."""
    rows = log(96)
    past = rows.slice(0, 64)
    z, r = FEATURES.of_rows(past), past.reward
    z0, r0 = z - z.mean(axis=0), r - r.mean()
    found = []
    for penalty in LAMBDAS:
        beta = np.linalg.solve(z0.T @ z0 + penalty * np.eye(z.shape[1]), z0.T @ r0)
        found.append(np.clip(r.mean() + (FEATURES.of_rows(rows) - z.mean(axis=0)) @ beta, 0, 1))
    ridge = [model for model, _ in models(rows)][2]
    assert ridge is not None
    own = ridge.predict(FEATURES, rows)[np.arange(96), rows.action]
    assert min(abs(own - one).max() for one in found) < 1e-9


def test_long_features_are_sparse_and_the_same() -> None:
    rows = log(300)
    dense = FEATURES.of_rows(rows)
    assert FEATURES.size > DENSE
    assert not isinstance(dense, np.ndarray)
    whole = Gram.of(dense, rows.reward)
    plain = Gram.of(dense.toarray(), rows.reward)
    assert np.allclose(whole.cross, plain.cross)
    assert np.allclose(whole.sums, plain.sums)


@given(st.integers(0, 300), st.integers(0, 50))
def test_cross_products_of_parts_are_those_of_the_whole(at: int, seed: int) -> None:
    rows = log(300, seed)
    parts = [rows.slice(0, at), rows.slice(at, 300)]
    merged = sum((Gram.of(FEATURES.of_rows(p), p.reward) for p in parts), Gram.empty(FEATURES.size))
    whole = Gram.of(FEATURES.of_rows(rows), rows.reward)
    assert np.allclose(merged.cross, whole.cross)
    assert np.allclose(merged.sums, whole.sums)
    assert (merged.rows, merged.low, merged.high) == (whole.rows, whole.low, whole.high)


def test_actions_taken_as_one_give_the_cross_products_without_them() -> None:
    rows = log(200)
    blind = replace(rows, action=np.zeros(200, np.int64))
    features = FEATURES.blind()
    expected = Gram.of(features.of_rows(blind).toarray(), rows.reward)
    found = Gram.of(FEATURES.of_rows(rows), rows.reward).collapsed(FEATURES.action_slots)
    assert np.allclose(found.cross, expected.cross)
    assert np.allclose(found.sums, expected.sums)


@given(st.integers(0, 5000), st.integers(1, 400), st.integers(1, 300))
def test_cut_rows_are_all_there_once_and_within_a_block(start: int, n: int, most: int) -> None:
    index = np.arange(start, start + n)
    zero = np.zeros(n)
    rows = Rows(index, zero, zero, index=index)
    starts = boundaries(start + n)
    parts = list(cut(rows, starts, most))
    assert np.array_equal(np.concatenate([part.action for _, part in parts]), index)
    for block, part in parts:
        assert 0 < len(part) <= most
        assert starts[block] <= part.action[0]
        assert block + 1 == len(starts) or part.action[-1] < starts[block + 1]


class Pieces(NamedTuple):
    """A log in memory, cut into pieces that are read in batches."""

    held: Rows
    cuts: tuple[int, ...]
    batch: int

    @property
    def pieces(self) -> list[tuple[int, int]]:
        n = len(self.held)
        at = [0, *(c for c in self.cuts if c < n), n]
        return list(pairwise(at))

    def read(self, piece: Any) -> Iterator[Rows]:
        start, stop = piece
        for first in range(start, stop, self.batch):
            yield self.held.slice(first, min(first + self.batch, stop))

    def to_learn(self, piece: Any) -> Iterator[Rows]:
        return self.read(piece)


def test_actions_alone_are_counted_to_the_same_cross_products() -> None:
    rows = log(300)
    features = Features.of(ACTIONS, [])
    counted, plain = features.gram(rows), Gram.of(features.of_rows(rows), rows.reward)
    assert np.allclose(counted.cross, plain.cross)
    assert np.allclose(counted.sums, plain.sums)
    assert (counted.rows, counted.low, counted.high) == (plain.rows, plain.low, plain.high)


def question(n: int) -> Question:
    targets = TargetPolicy("uniform"), TargetPolicy("always", "b"), TargetPolicy("logging")
    return Question(ACTIONS, "binary", FEATURES, targets, (True, True, False), n)


@settings(max_examples=15, deadline=None)
@given(st.sets(st.integers(1, 599), max_size=5), st.integers(20, 600))
def test_sums_do_not_depend_on_pieces_and_batches(cuts: set[int], batch: int) -> None:
    """To 1e-9: models are fitted after the same rows, only sums are added in another order."""
    rows = log(600)
    parts = sum_source(Pieces(rows, tuple(sorted(cuts)), batch), question(600)).totals
    whole = sum_source(Pieces(rows, (), 600), question(600)).totals
    for found, expected in zip(parts, whole, strict=True):
        for a, b in zip(found.estimators, expected.estimators, strict=True):
            assert a.value() == pytest.approx(b.value(), abs=1e-9)
            ends, wanted = a.interval("binary", 0.95)[:2], b.interval("binary", 0.95)[:2]
            assert ends == pytest.approx(wanted, abs=1e-9)


def test_several_targets_at_once_are_each_as_if_alone() -> None:
    source = Pieces(log(500), (200,), 100)
    together = sum_source(source, question(500)).totals
    alone = replace(question(500), targets=(TargetPolicy("always", "b"),), known=(True,))
    (expected,) = sum_source(source, alone).totals
    values = [one.value() for one in together[1].estimators]
    assert values == [one.value() for one in expected.estimators]


def test_other_processes_come_to_the_same_last_bit() -> None:
    source = Pieces(log(2000), (500, 900), 100)
    expected = sum_source(source, question(2000)).totals
    with workers(2) as run:
        found = sum_source(source, question(2000), run).totals
    for a, b in zip(found, expected, strict=True):
        for one, other in zip(a.estimators, b.estimators, strict=True):
            assert one.value() == other.value()
            assert one.interval("binary", 0.95) == other.interval("binary", 0.95)


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
        step = Step((0, 5), pmf, name, Earned(agreement=float(name == "good")))
        table.learn(Trajectory(str(i), (step,), audited=False, gold=False), [pmf])
    assert table.values((0, 5))[:, 0] == pytest.approx([0.0, 1.0], abs=0.02)


def test_the_table_looks_ahead_under_the_target_not_the_log() -> None:
    """After `go` the log mostly chose badly, the target always well: the value of `go` is 1."""
    table = Tabular(["go", "bad", "good"])
    rng = np.random.default_rng(1)
    logged, wanted = {"bad": 0.8, "good": 0.2}, {"good": 1.0}
    for i in range(3000):
        name = "good" if rng.random() < 0.2 else "bad"
        steps = (
            Step((0, 5), {"go": 1.0}, "go", Earned()),
            Step((1, 9), logged, name, Earned(agreement=float(name == "good"))),
        )
        table.learn(Trajectory(str(i), steps, audited=False, gold=False), [{"go": 1.0}, wanted])
    assert table.values((0, 5))[0, 0] == pytest.approx(1.0, abs=0.03)
