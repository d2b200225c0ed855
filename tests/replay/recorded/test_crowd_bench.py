"""The bench of models of labels: what it counts, before any model is measured with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.consensus.crowdlab import crowdlab
from bench.consensus.equal_accuracy import CHEAPEST, FIRST, STEP, Point, labels_needed
from bench.consensus.figures import Plan, measure
from bench.consensus.gold_map import GoldMap
from bench.consensus.label_set import LabelSet, Recorded
from bench.consensus.models.labels import Labels
from bench.consensus.models.majority import Majority
from bench.consensus.models.one_coin import OneCoin
from bench.consensus.online_model import Candidate, Worth, find_model
from bench.consensus.reference import BEST_OF_SIX, HALVES, dawid_skene_on_five
from bench.consensus.side_by_side import COLD, COLD_LABELS, WINDOW, run_side_by_side

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bandit.events import Feature


DEAREST_TRIED = FIRST * STEP**2


def made(tasks: int = 200, each: int = 6, skill: float = 0.75, seed: int = 0) -> LabelSet:
    """Twenty labelers of skills around `skill`; features that show the class with noise."""
    chance = np.random.default_rng(seed)
    skills = np.clip(chance.normal(skill, 0.12, 20), 0.52, 0.97)
    truth = tuple(int(answer) for answer in chance.integers(2, size=tasks))
    labels = tuple(
        tuple(
            Recorded(int(who), 0, answer if chance.random() < skills[who] else 1 - answer)
            for who in chance.permutation(20)[:each]
        )
        for answer in truth
    )
    features: tuple[dict[str, Feature], ...] = tuple(
        {"seen": answer + float(chance.normal(0, 0.4))} for answer in truth
    )
    return LabelSet("made", 2, 1, labels, truth, features)


class Diary(Majority):
    """Majority that writes down what it is told, in order."""

    def __init__(self, classes: int, pools: int) -> None:
        super().__init__(classes, pools)
        self.told: list[tuple[str, int]] = []
        self.seen: list[tuple[int, int]] = []

    def observe(self, task: int, labeler: int, pool: int, answer: int) -> None:
        super().observe(task, labeler, pool, answer)
        self.told.append(("label", task))
        self.seen.append((task, labeler))

    def close(self, task: int) -> None:
        super().close(task)
        self.told.append(("close", task))

    def gold(self, task: int, answer: int) -> None:
        super().gold(task, answer)
        self.told.append(("gold", task))


class Stingy(Diary):
    """A diary whose labels are never worth more."""

    def value_of_more(
        self, task: int, candidates: Sequence[Candidate], price: float, *, choose: bool
    ) -> Worth:
        return Worth(-1.0, len(candidates) - 1)


def diary_of(of: LabelSet, kind: type[Diary], price: float | None, **more: bool | int) -> Diary:
    kept: list[Diary] = []

    def new(classes: int, pools: int) -> Diary:
        kept.append(kind(classes, pools))
        return kept[0]

    run = run_side_by_side(of, new, 1, price, **more)  # type: ignore[arg-type]  # by name
    assert run.labels == len(kept[0].seen)
    return kept[0]


def test_without_a_price_every_label_is_taken_once() -> None:
    of = made()
    diary = diary_of(of, Diary, None)
    there = {(task, row.labeler) for task, rows in enumerate(of.labels) for row in rows}
    assert set(diary.seen) == there
    assert len(diary.seen) == len(there)


@pytest.mark.parametrize("choose", [True, False])
def test_a_model_that_always_stops_buys_what_is_forced(choose: bool) -> None:
    of = made()
    assert len(diary_of(of, Stingy, 0.1, choose=choose).seen) == len(of.labels) + COLD * (
        COLD_LABELS - 1
    )


def test_open_tasks_get_one_label_each_before_a_second() -> None:
    """Among open tasks that go on, no label count is ever two ahead of another that waits."""
    told = diary_of(made(), Diary, None).told
    first_round = [task for kind, task in told[:WINDOW] if kind == "label"]
    assert len(set(first_round)) == WINDOW
    second = [task for kind, task in told[WINDOW : 2 * WINDOW] if kind == "label"]
    assert set(second) == set(first_round)


def test_a_task_is_closed_once_and_told_its_gold_after_its_verdict() -> None:
    told = diary_of(made(), Diary, 0.01, golds=40).told
    closed = [task for kind, task in told if kind == "close"]
    assert sorted(closed) == list(range(200))
    golds = [i for i, (kind, _) in enumerate(told) if kind == "gold"]
    assert len(golds) == 40
    assert all(told[i - 1] == ("close", told[i][1]) for i in golds)


def on_curve(scale: float, price: float) -> Point:
    """Labels = scale log(1 / price), accuracy = .9 - .4 exp(-labels / scale) = .9 - .4 price."""
    labels = -scale * float(np.log(max(price, 1e-9)))
    return Point((labels, labels), (0.9 - 0.4 * np.exp(-labels / scale),) * 2)


@given(
    exponent=st.floats(np.log(CHEAPEST * 1.3), np.log(DEAREST_TRIED)),
    scale=st.floats(0.2, 2.0),
)
def test_labels_at_equal_accuracy_are_found_on_a_known_curve(exponent: float, scale: float) -> None:
    """Exact but for the straight line between two prices, which lies below the concave curve.

    It lies .06 scales off at most, of 400 prices: a step between prices is log(4) = 1.4 scales.
    """
    exact = on_curve(scale, float(np.exp(exponent)))
    found = labels_needed(partial(on_curve, scale), exact.accuracy, (30.0, 30.0))
    assert exact.labels[0] - 1e-6 <= found.labels <= exact.labels[0] + 0.07 * scale
    assert found.reached
    assert found.standard_error == pytest.approx(0.0, abs=1e-9)


def test_an_accuracy_that_the_dearest_price_reaches_needs_at_most_its_labels() -> None:
    dearest = on_curve(1.0, DEAREST_TRIED)
    found = labels_needed(partial(on_curve, 1.0), (0.6, 0.6), (30.0, 30.0))
    assert found.reached
    assert found.labels == dearest.labels[0]


def test_an_accuracy_out_of_reach_counts_all_labels_and_says_how_far_it_was() -> None:
    found = labels_needed(lambda _: Point((3.0, 3.0), (0.8, 0.82)), (0.9, 0.9), (7.0, 9.0))
    assert not found.reached
    assert found.labels == 8.0
    assert found.short == pytest.approx(0.09)


@settings(max_examples=25)
@given(shift=st.floats(-1, 1), slope=st.floats(0.3, 1.5), seed=st.integers(0, 1000))
def test_the_gold_map_recovers_a_logistic_map(shift: float, slope: float, seed: int) -> None:
    """From 4,000 golds: at these points .06 is at least four standard errors of the chance."""
    chance = np.random.default_rng(seed)
    map_ = GoldMap()
    for logit in chance.uniform(0.0, 4.0, 4000):
        right = chance.random() < 1 / (1 + np.exp(-(shift + slope * logit)))
        map_.learn(1 / (1 + np.exp(-logit)), right=bool(right))
    for logit in (0.5, 2.0, 3.5):
        truly = 1 / (1 + np.exp(-(shift + slope * logit)))
        assert map_.confidence(1 / (1 + np.exp(-logit))) == pytest.approx(truly, abs=0.06)


def test_one_coin_beats_majority_where_labelers_differ() -> None:
    """Mean of 10 sets of 200 tasks: the difference is .037 with a standard error of .009."""
    gains = []
    for seed in range(10):
        of = made(seed=seed)
        accuracy = [
            of.accuracy(run_side_by_side(of, kind, seed, None).answer)
            for kind in (OneCoin, Majority)
        ]
        gains.append(accuracy[0] - accuracy[1])
    assert float(np.mean(gains)) > 0.0


def lopsided(seed: int) -> LabelSet:
    """Twenty labelers who see class 1 nearly always, and class 0 about half of the time."""
    chance = np.random.default_rng(seed)
    recall = np.column_stack([chance.uniform(0.3, 0.7, 20), chance.uniform(0.9, 0.99, 20)])
    truth = tuple(int(answer) for answer in chance.integers(2, size=300))
    labels = tuple(
        tuple(
            Recorded(int(who), 0, answer if chance.random() < recall[who, answer] else 1 - answer)
            for who in chance.permutation(20)[:5]
        )
        for answer in truth
    )
    return LabelSet("lopsided", 2, 1, labels, truth)


def test_the_engines_model_beats_one_coin_where_labelers_are_lopsided() -> None:
    """Mean of 6 sets: the difference is .101 with a standard error of .010, so above .06."""
    gains = []
    for seed in range(6):
        of = lopsided(seed)
        accuracy = [
            of.accuracy(run_side_by_side(of, kind, seed, None, window=20).answer)
            for kind in (Labels, OneCoin)
        ]
        gains.append(accuracy[0] - accuracy[1])
    assert float(np.mean(gains)) > 0.06


def test_crowdlab_uses_features_that_show_the_class() -> None:
    """Of 600 tasks labelers alone answer .805 right, together with the features .943."""
    of = made(600, 3)
    accuracy = crowdlab(of, 0)
    assert accuracy > 0.93
    assert accuracy > dawid_skene_on_five(of, 0)[0] + 0.1


def test_halves_and_peers_cover_every_set(shared_data: Path) -> None:
    names = {folder.name for folder in (shared_data / "crowd").iterdir() if folder.is_dir()}
    assert set(HALVES[0]) | set(HALVES[1]) == set(BEST_OF_SIX) == names
    assert not set(HALVES[0]) & set(HALVES[1])


def test_the_figures_of_a_real_set_are_those_recorded_for_it(shared_data: Path) -> None:
    """Majority of all 39 labels of bluebird is right on 82 of 108 (an odd number has no ties)."""
    plan = Plan(seeds=2, most_tasks=500, price=0.002)
    figures = measure(shared_data / "crowd" / "bluebird", "majority", plan)
    assert figures.tasks_with_truth == 108
    assert figures.accuracy.value == pytest.approx(82 / 108)
    assert figures.gap == pytest.approx(82 / 108 - 0.889)
    assert figures.target.value == pytest.approx(0.775, abs=0.06)
    assert figures.with_gold is None
    assert figures.crowdlab is None


def test_a_model_is_found_by_its_path_with_options() -> None:
    new = find_model("bench.consensus.models.majority:Majority")
    assert new(3, 1).posterior(0) == pytest.approx([1 / 3] * 3)
    with pytest.raises(TypeError):
        find_model("majority?right=0.8")(2, 1)
