"""Replayed policies explore pools that are priced above an answer's worth as rarely as workers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from bandit.events import Decision
from bandit.pmf import lowered_floors, with_floors
from bandit.settings import PolicySettings
from replay.evaluation.load_rows import hold_own
from replay.learning.config import Walking
from replay.learning.rejection_replay import Plan, walk
from replay.targets.target import TargetPolicy
from replay.tune.answer import TuneRequest, answer, floor_of_width
from replay.tune.tomorrow import LogSample, tomorrows, widths_by_floor
from tests.replay.learning.market import NAMES, POOLS, held, log
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.learning.memory_log import ReplayLog

FLOOR = 0.3
CROWD = PolicySettings(name="fixed", pool="crowd", explore_floor=FLOOR)
LOWERED = lowered_floors({"crowd": 0.1, "trained": 2.0, "vendor": 50.0}, worth_usd=1.0)
CHANCES = with_floors({"crowd": 1.0, "trained": 0.0, "vendor": 0.0}, None, FLOOR, 0.0, LOWERED)
PMF = np.array([CHANCES[name] for name in NAMES])


def priced(n: int, seed: int) -> ReplayLog:
    """The test market's log, of pools whose prices are known."""
    factors = [LOWERED.get(name, 1.0) for name in NAMES]
    return replace(held(log(n, seed)), lowered=np.tile(factors, (n, 1)))


def test_our_own_log_says_by_how_much_floors_are_lowered(tmp_path: Path) -> None:
    """By the prices and the worth of a right answer at each decision."""
    events = simulate(World(), 60, seed=1)
    dear = [
        msgspec.structs.replace(event, usd_per_label={"a": 0.05, "b": 4.0}, worth_usd=2.0)
        if isinstance(event, Decision) and event.at < 3000.0
        else event
        for event in events
    ]
    found, _ = hold_own(write_log(tmp_path / "dear.db", dear))
    assert found.lowered is not None
    assert np.unique(found.lowered, axis=0).tolist() == [[1.0, 0.5], [1.0, 1.0]]
    usual, _ = hold_own(write_log(tmp_path / "usual.db", events))
    assert usual.lowered is None


def test_a_walk_values_what_the_worker_would_do() -> None:
    """Of a policy that doesn't learn: the mean DR score over the rows, by the worker's chances."""
    data = priced(600, 1)
    walked = walk(data, [CROWD], Plan(1 / POOLS, 10_000, 2))
    scores = data.guess @ PMF + PMF[data.action] / data.propensity * data.missed
    assert walked.value()[0] == pytest.approx([scores.mean()] * 2)


def test_the_precision_of_tomorrow_s_log_is_that_of_the_worker_s_chances() -> None:
    data = priced(600, 2)
    walked = walk(data, [CROWD], Plan(1 / POOLS, 100, 2))
    looked = LogSample.of(data, TargetPolicy("uniform"), 2000, 0.95)
    mu = np.tile(PMF, (len(looked.row), 1))
    worth = looked.tomorrow(mu, looked.cross(mu))
    (found,) = tomorrows(looked, walked)
    assert (found.pess, found.width) == pytest.approx((worth.pess, worth.width))
    without_prices = replace(looked, held=held(log(600, 2)))
    of_largest = widths_by_floor(looked, walked, 0)[-1]
    assert of_largest > widths_by_floor(without_prices, walked, 0)[-1]


def test_the_cost_of_a_floor_is_that_of_the_worker_s_chances() -> None:
    """Of a policy that doesn't learn, by DR over all rows."""
    data = priced(600, 3)
    low = msgspec.structs.replace(CROWD, explore_floor=0.02)
    walked = walk(data, [low], Plan(1 / POOLS, 10_000, 2))
    best = answer(data, TuneRequest([low], walking=Walking(horizon=100, replays=2))).best

    def earns(floor: float) -> float:
        bare = {"crowd": 1.0, "trained": 0.0, "vendor": 0.0}
        chances = with_floors(bare, None, floor, 0.0, LOWERED)
        pmf = np.array([chances[name] for name in NAMES])
        return float((data.guess @ pmf + pmf[data.action] / data.propensity * data.missed).mean())

    best = replace(best, earns=replace(best.earns, value=float(walked.value()[0].mean())))
    looked = LogSample.of(data, TargetPolicy("uniform", full=True), 2000, 0.95)
    found = floor_of_width(looked, walked, best, 0, 0.4)
    assert found is not None
    assert found.floor is not None
    assert found.floor > 0.02
    assert found.costs == pytest.approx(earns(0.02) - earns(found.floor))
