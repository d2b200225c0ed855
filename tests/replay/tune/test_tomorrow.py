"""What exploration buys: promised widths against those of logs that are then written."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from bandit.settings import PolicySettings
from replay import evaluate
from replay.learning.rejection_replay import Plan, walk
from replay.targets.target import TargetPolicy
from replay.tune.tomorrow import FLOORS, LogSample, chances, tomorrows, widths_by_floor
from tests.replay.learning.market import NAMES, POOLS, TYPES, held, log

UNIFORM = TargetPolicy("uniform", full=True)
FIXED = PolicySettings(name="fixed", pool="trained", explore_floor=0.3)
MU = np.tile([0.1, 0.8, 0.1], (TYPES, 1))
"""What FIXED does."""


def test_the_worth_of_a_known_policys_log_is_exact() -> None:
    data = held(log(3000, 1))
    walked = walk(data, [FIXED], Plan(1 / POOLS, 200, 2))
    (found,) = tomorrows(LogSample.of(data, UNIFORM, 1000, 0.95), walked)
    chi = ((1 / 3) ** 2 / MU[0]).sum()
    assert found.pess == pytest.approx(1000 / chi)


@pytest.mark.parametrize("new", ["uniform", "always:vendor"])
def test_the_promised_width_is_that_of_the_log_that_is_then_written(new: str) -> None:
    """The mean of 5 logs of 4,000 rows, within 10 %."""
    data = held(log(4000, 2))
    target = UNIFORM if new == "uniform" else TargetPolicy("always", "vendor", full=True)
    walked = walk(data, [FIXED], Plan(1 / POOLS, 200, 2))
    (found,) = tomorrows(LogSample.of(data, target, 4000, 0.95), walked)
    widths = []
    for seed in range(5):
        rows = log(4000, 50 + seed, MU)
        assert rows.logged_pmf is not None
        table = {
            "action": np.array(NAMES)[rows.action],
            "reward": rows.reward,
            "type": rows.context["type"],
            **{f"p_{name}": rows.logged_pmf[:, at] for at, name in enumerate(NAMES)},
        }
        said = evaluate(pa.table(table), logged="columns:p_", context=["type"], target=new)
        assert said.high is not None
        assert said.low is not None
        widths.append(said.high - said.low)
    assert found.width == pytest.approx(np.mean(widths), rel=0.1)


def test_a_larger_floor_is_more_precise_about_uniform_and_ends_there() -> None:
    data = held(log(2000, 3))
    learner = PolicySettings(explorer="epsilon_greedy", rate=0.05)
    walked = walk(data, [learner, PolicySettings(name="uniform")], Plan(1 / POOLS, 300, 3))
    looked = LogSample.of(data, UNIFORM, 2000, 0.95)
    widths = widths_by_floor(looked, walked, 0)
    assert (np.diff(widths) < 1e-3 * widths[1:]).all()
    assert FLOORS[-1] == 1.0
    even = tomorrows(looked, walked)[1]
    assert widths[-1] == pytest.approx(even.width)


def test_a_new_policy_does_what_it_can() -> None:
    even = np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    always = chances(TargetPolicy("always", "crowd", full=True), NAMES, even)
    assert always.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.5, 0.5]]
