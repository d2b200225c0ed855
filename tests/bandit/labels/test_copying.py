"""Pools that copy are found by their labels alone, and honest ones are not taken for copying."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.labels.copying import Copying, copied
from bandit.labels.model import LabelModel
from bandit.labels.saved import load, save
from bandit.labels.weighed import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSES = ("cat", "dog", "emu", "fox")
RIGHT = {"crowd": 0.75, "trained": 0.88, "judge": 0.9}
pools_ = st.lists(st.sampled_from(("a", "b", "echo")), max_size=6)


def said(chance: random.Random, truth: str, right: float) -> str:
    if chance.random() < right:
        return truth
    return chance.choice([name for name in CLASSES if name != truth])


def learned(seed: int, tasks: int, pools: Sequence[str]) -> LabelModel:
    """Let a model see tasks, one label of each pool; `echo` repeats what most have said."""
    chance, model = random.Random(seed), LabelModel()
    for number in range(tasks):
        truth, answers = chance.choice(CLASSES), list[str]()
        for pool in pools:
            if pool == "echo":
                answers.append(Counter(answers).most_common(1)[0][0])
            else:
                answers.append(said(chance, truth, RIGHT[pool]))
            who = f"{pool}-{chance.randrange(10)}" if pool in ("crowd", "trained") else pool
            model.observe(f"t{number}", CLASSES, pool, who, answers[-1])
    return model


def echoes() -> Copying:
    copying = Copying()
    for _ in range(100):
        copying.learn("echo", foreseen=0.7, copied=1.0)
    return copying


@pytest.mark.parametrize("before", [("crowd", "crowd"), ("trained",)])
def test_an_echo_is_found_within_100_tasks(before: tuple[str, ...]) -> None:
    model = learned(1, 100, [*before, "echo"])
    assert model.copying.share("echo") > 0.9
    assert all(model.copying.share(pool) == 0.0 for pool in before)


def test_its_label_then_says_nearly_nothing_though_it_always_agreed() -> None:
    model = learned(2, 300, ["crowd", "crowd", "echo"])
    one = Answer("crowd", "crowd-1", "dog")
    alone = model.weigh(CLASSES, [one]).posterior()
    echoed = model.weigh(CLASSES, [one, Answer("echo", "echo", "dog")]).posterior()
    seconded = model.weigh(CLASSES, [one, Answer("crowd", "crowd-2", "dog")]).posterior()
    assert echoed[1] - alone[1] < 0.25 * (seconded[1] - alone[1])


def test_an_honest_pool_is_hardly_ever_taken_for_copying() -> None:
    """Of 40 runs with three honest pools at most two end with one that seems to copy.

    At a rate of 1 % of the runs, that fails with chance .007; in these 40 there is none.
    """
    wrong = 0
    for seed in range(40):
        model = learned(seed, 60, ["crowd", "trained", "judge"])
        wrong += any(model.copying.share(pool) > 0.0 for pool in RIGHT)
    assert wrong <= 2


def test_a_pool_that_stops_to_copy_is_believed_again() -> None:
    copying = echoes()
    chance = random.Random(3)
    for _ in range(300):
        same = chance.random() < 0.7
        copying.learn("echo", foreseen=0.7 if same else 0.1, copied=float(same))
    assert copying.share("echo") == 0.0


@given(pools_, st.data())
def test_chances_of_answers_still_sum_to_one(pools: list[str], data: st.DataObject) -> None:
    answers = [data.draw(st.sampled_from(CLASSES)) for _ in pools]
    copy = copied(pools, answers, "echo")
    assert not copy or sum(copy.values()) == pytest.approx(1.0)
    rows = np.random.default_rng(1).dirichlet(np.ones(4), (2, 2, 4))
    mixed = echoes().mixed_rows(
        rows, ("a", "echo"), CLASSES, list(zip(pools, answers, strict=True))
    )
    assert mixed.sum(axis=3) == pytest.approx(np.ones((2, 2, 4)))
    assert (mixed[0] == rows[0]).all()


def test_without_evidence_labels_are_the_pools_own() -> None:
    chances = np.full((2, 2, 4), 0.25)
    assert Copying().mixed(chances, ("a", "b"), ("cat", "cat")) is chances


def test_evidence_is_saved() -> None:
    model = learned(4, 40, ["crowd", "echo"])
    again = load(save(model))
    assert again.copying.share("echo") == model.copying.share("echo") > 0.0
    assert save(again) == save(model)
