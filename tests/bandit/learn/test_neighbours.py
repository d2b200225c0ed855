"""Projects beside each other: what is true of both is shared, and neither misleads the other.

Held through the brain's public face alone, whatever model is behind it.
"""

from __future__ import annotations

import math
import random
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.learn import saved_brain
from bandit.learn.brain import Brain
from bandit.settings import Settings
from tests.bandit.projects import (
    EASE,
    POOLS,
    logistic,
    loss_of_records,
    signals,
    taught,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature
    from tests.bandit.projects import Chance

GOOD = dict(zip(POOLS, (2.2, 1.3, 0.4), strict=True))
"""Log-odds that a pool's label is right."""

MANY = tuple(f"p{i}" for i in range(200))


def same(_: str, pool: str, seen: Mapping[str, Feature]) -> float:
    """Every project knows the same pools."""
    return logistic(GOOD[pool] + EASE[str(seen["lang"])])


def opposite(project: str, pool: str, seen: Mapping[str, Feature]) -> float:
    """What is good in an even project is bad in an odd one."""
    odd = int(project[1:]) % 2
    known = POOLS[-1 - POOLS.index(pool)] if odd else pool
    return logistic(GOOD[known] + EASE[str(seen["lang"])])


@cache
def _own(project: str, pool: str) -> float:
    return random.Random(f"{project} {pool}").gauss(1.1, 0.8)


def different(project: str, pool: str, seen: Mapping[str, Feature]) -> float:
    """Every project has pools of its own worth, and the tasks' languages matter alike."""
    return logistic(_own(project, pool) + EASE[str(seen["lang"])])


@pytest.mark.parametrize("seed", range(4))
def test_a_large_neighbour_with_opposite_pools_turns_no_ranking_round(seed: int) -> None:
    brain = taught({"p0": 300, "p1": 3000}, opposite, seed)
    small, large = told(brain, "p0", opposite), told(brain, "p1", opposite)
    assert small.ranked > 0.95
    assert small.loss < 0.04  # about 0.09, and ranked in no task, where all projects are one
    assert large.ranked > 0.95
    assert large.loss < 0.015


@pytest.mark.parametrize("seed", range(2))
def test_a_project_alone_is_learned_as_well_as_ever(seed: int) -> None:
    found = told(taught({"p0": 3000}, same, seed), "p0", same)
    assert found.ranked > 0.95
    assert found.loss < 0.005


@pytest.mark.parametrize(("truth", "at_most"), [(different, 0.95), (same, 0.4)])
def test_two_hundred_projects_are_each_known_better_than_by_their_records(
    truth: Chance, at_most: float
) -> None:
    brain = taught(dict.fromkeys(MANY, 60), truth, 1)
    probed = MANY[::20]
    known = [told(brain, project, truth, tasks=50).loss for project in probed]
    plain = [loss_of_records(brain, project, truth, tasks=50) for project in probed]
    assert math.fsum(known) < at_most * math.fsum(plain)


@pytest.mark.parametrize("seed", range(3))
def test_a_new_project_gains_by_old_ones_that_know_the_same_pools(seed: int) -> None:
    alone = taught({"p0": 45}, same, seed)
    beside = taught({"p0": 45}, same, seed, brain=taught({"p1": 1500, "p2": 1500}, same, seed))
    assert told(beside, "p0", same).loss < 0.7 * told(alone, "p0", same).loss


def test_more_projects_than_the_model_has_room_for_are_known_no_worse_than_by_their_records() -> (
    None
):
    """Two hundred projects, three pools, 100 columns of five values: more than VW has weights."""
    brain = taught(dict.fromkeys(MANY, 40), different, 1, columns=100)
    crowded = [told(brain, project, different, 100, tasks=20).loss for project in MANY[::20]]
    plain = [loss_of_records(brain, project, different, tasks=50) for project in MANY[::20]]
    assert math.fsum(crowded) < math.fsum(plain)


def test_what_is_known_of_neighbours_is_saved_to_the_last_bit() -> None:
    brain = taught({"p0": 300, "p1": 600}, opposite, 1)
    again = Brain.from_bytes(Settings(), brain.to_bytes())
    for one in (brain, again):
        taught({"p0": 20, "p1": 20}, opposite, 2, brain=one)
    assert _asked(again) == _asked(brain)


def test_a_brain_saved_before_projects_were_told_apart_is_read_and_goes_on() -> None:
    """Its model has learned from all projects alike, and nothing was said of trust."""
    saved = saved_brain.read(taught({"p0": 300, "p1": 600}, opposite, 1).to_bytes())
    brain = Brain.from_bytes(
        Settings(), saved_brain.write(msgspec.structs.replace(saved, trust={}))
    )
    taught({"p0": 300, "p1": 3000}, opposite, 2, brain=brain)
    assert told(brain, "p0", opposite).ranked > 0.95


def _asked(brain: Brain) -> list[dict[str, float]]:
    return [
        brain.quality(
            project, {"lang": lang}, {pool: signals(brain, project, pool) for pool in POOLS}
        )
        for project in ("p0", "p1", "p2")
        for lang in EASE
    ]
