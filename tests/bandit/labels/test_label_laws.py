"""What holds of a model of labels, whatever it was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bandit.labels.confusion import capped
from bandit.labels.model import LabelModel
from bandit.labels.weighed import Answer
from tests.bandit.labels.plays import (
    LABELERS,
    POOLS,
    Forgotten,
    Move,
    blocks_of,
    classes_of,
    play,
    plays,
)

if TYPE_CHECKING:
    from bandit.labels.labelers import Labelers

sizes = st.sampled_from((1, 4, 100))
answers = st.lists(
    st.builds(
        Answer,
        st.sampled_from((*POOLS, "new pool")),
        st.sampled_from((*LABELERS, "new")),
        st.sampled_from(("x", "y", "z")),
        st.sampled_from((1.0, 0.3, 4.0)),
    ),
    max_size=9,
)
priors = st.none() | st.lists(st.floats(1e-6, 1.0), min_size=3, max_size=3).map(
    lambda weights: {name: one / sum(weights) for name, one in zip("xyz", weights, strict=True)}
)


def told(some: list[Move], size: int = 1) -> LabelModel:
    model = LabelModel()
    with blocks_of(size):
        play(model, some)
        model.learn()
    return model


def copies(model: LabelModel) -> bool:
    """Whether a pool copies: what its labels say depends on those before."""
    return any(model.copying.share(pool) for pool in model.copying.evidence)


@settings(max_examples=120, deadline=None)
@given(plays, answers, priors)
def test_chances_of_classes_sum_to_1_and_none_is_ruled_out(
    some: list[Move], labels: list[Answer], prior: dict[str, float] | None
) -> None:
    weighed = told(some).weigh(("x", "y", "z"), labels, prior)
    others = [*weighed.posteriors_without()]
    for found in (weighed.posterior(), *others):
        assert found.sum() == pytest.approx(1.0, abs=1e-9)
        assert found.min() > 0.0


@settings(max_examples=120, deadline=None)
@given(plays, answers, priors, st.permutations((0, 1, 2)), st.randoms())
def test_neither_the_order_of_classes_nor_that_of_labels_matters(
    some: list[Move],
    labels: list[Answer],
    prior: dict[str, float] | None,
    order: list[int],
    shuffle: object,
) -> None:
    model, classes = told(some), ("x", "y", "z")
    assume(not copies(model))
    found = model.weigh(classes, labels, prior).posterior()
    turned = [classes[i] for i in order]
    mixed = list(labels)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]  # a `random.Random`
    assert model.weigh(turned, mixed, prior).posterior() == pytest.approx(
        found[list(order)], rel=1e-9, abs=1e-12
    )


@settings(max_examples=60, deadline=None)
@given(plays, answers, st.integers(0, 8))
def test_a_posterior_without_a_label_is_that_of_the_others(
    some: list[Move], labels: list[Answer], which: int
) -> None:
    if not labels:
        return
    model, without = told(some), which % len(labels)
    assume(not copies(model))
    others = labels[:without] + labels[without + 1 :]
    weighed = model.weigh(("x", "y", "z"), labels)
    expected = model.weigh(("x", "y", "z"), others).posterior()
    assert weighed.posteriors_without()[without] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(plays, answers.filter(bool), priors)
def test_what_one_label_says_is_what_the_table_of_rivals_sums_to(
    some: list[Move], labels: list[Answer], prior: dict[str, float] | None
) -> None:
    weighed = told(some).weigh(("x", "y", "z"), labels[:1], prior)
    by_table = weighed.chains[weighed.used] @ weighed.joint.posterior()[0]
    assert weighed.posterior() == pytest.approx(by_table, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(plays, answers)
def test_to_weigh_teaches_nothing(some: list[Move], labels: list[Answer]) -> None:
    model = told(some)
    first = model.weigh(("x", "y", "z"), labels).posterior()
    known = model.labelers
    before = (known.counts.copy(), known.sums.copy(), known.rows.copy(), model.scores.copy())
    assert np.array_equal(model.weigh(("x", "y", "z"), labels).posterior(), first)
    after = (known.counts, known.sums, known.rows, model.scores)
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(np.asarray(old), np.asarray(new))


@settings(max_examples=150, deadline=None)
@given(plays, sizes)
def test_counts_are_never_negative_and_rows_are_chances(some: list[Move], size: int) -> None:
    model = told(some, size)
    known = model.labelers
    assert known.counts.min(initial=0.0) >= 0.0
    assert model.class_counts.min(initial=0.0) >= -1e-9
    assert model.level_counts.min() >= -1e-9
    assert known.sums.min(initial=0.0) >= -1e-4
    assert known.rows.min(initial=1.0) > 0.0
    assert known.rows.sum(axis=3) == pytest.approx(1.0, abs=1e-9)
    for task in range(3):
        rows = model.pool_rows(classes_of(task), (*POOLS, "new pool"))
        assert rows.sum(axis=3) == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(plays, sizes)
def test_sums_of_pools_are_those_of_the_labelers_who_are_remembered(
    some: list[Move], size: int
) -> None:
    """Labelers move between pools with their labels; without any forgotten, nothing is lost."""
    model = told([move for move in some if not isinstance(move, Forgotten)], size)
    assert sums_of(model.labelers) == pytest.approx(model.labelers.sums, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(plays)
def test_labels_of_who_is_forgotten_stay_with_their_pool(some: list[Move]) -> None:
    model = told(some)
    before = model.labelers.sums.copy()
    for labeler in LABELERS:
        model.forget(labeler)
    assert (model.labelers.sums == before).all()
    assert not model.labelers.slots
    assert not model.labelers.counts.any()
    assert not any(task.slots for task in model.window.tasks.values())


@settings(max_examples=60, deadline=None)
@given(plays, sizes)
def test_a_task_with_gold_is_counted_as_its_true_class(some: list[Move], size: int) -> None:
    model = told(some, size)
    for name, task in model.window.tasks.items():
        if task.gold is not None and task.slots:
            assert model.right(name, task.gold) == pytest.approx(1.0)


def test_more_classes_than_have_rows_are_weighed_all_the_same() -> None:
    model = LabelModel()
    classes = tuple(f"c{number}" for number in range(20))
    for number in range(40):
        for labeler in ("v", "w"):
            model.observe(f"t{number}", classes, "a", labeler, classes[number % 20])
    for name in (classes[0], classes[19]):
        found = model.weigh(classes, [Answer("a", "v", name), Answer("a", "w", name)]).posterior()
        assert classes[int(found.argmax())] == name
        assert found.sum() == pytest.approx(1.0)


def sums_of(known: Labelers) -> np.ndarray:
    """What the sums of the pools should be, from what is stored of labelers."""
    found = np.zeros_like(known.sums)
    for slot in known.slots.values():
        counts = known.of([slot])[0]
        found[known.pool_of[slot]] += known.presence([slot]) * np.stack([capped(counts), counts])
    return found
