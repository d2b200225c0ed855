"""Explorers in arrays say what those of one decision say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.decide.policies.explorers import inverse_gap
from bandit.errors import ConfigError
from bandit.events import STOP
from bandit.pmf import lowered_floors, with_floors
from bandit.settings import PolicySettings
from bench.decisions.dropped_explorers import epsilon_greedy, softmax
from replay.learning.explorers import EXPLORERS
from replay.learning.policy_pmfs import Policies, check_policy

NAMES = ("a", "b", "c", "d")


ONE_BY_ONE = {"inverse_gap": inverse_gap, "epsilon_greedy": epsilon_greedy, "softmax": softmax}


def test_no_explorer_is_missing() -> None:
    assert set(EXPLORERS) == set(ONE_BY_ONE)


@given(
    explorer=st.sampled_from(sorted(ONE_BY_ONE)),
    values=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    can=st.lists(st.booleans(), min_size=4, max_size=4).filter(any),
    rate=st.floats(1e-3, 200),
    floor=st.floats(0, 1),
    learned=st.integers(0, 10_000),
)
def test_lanes_explore_as_one_decision_does(
    explorer: str,
    values: list[float],
    can: list[bool],
    rate: float,
    floor: float,
    learned: int,
) -> None:
    """Two lanes, so that one lane's rate and counts are not another's."""
    settings = [
        PolicySettings(explorer="epsilon_greedy", rate=0.3),
        PolicySettings(explorer=explorer, rate=rate, explore_floor=floor),  # type: ignore[arg-type]  # sampled
    ]
    policies = Policies.of(settings, NAMES)
    both = np.tile(np.array(values), (2, 1, 1))
    mask = np.tile(np.array(can, dtype=float), (2, 1, 1))
    found = policies.pmf(both, np.array([3.0, float(learned)]), mask)[1, 0]
    eligible = {n: v for n, v, able in zip(NAMES, values, can, strict=True) if able}
    said = with_floors(ONE_BY_ONE[explorer](eligible, rate, learned), None, floor, 0.0)
    assert STOP not in said
    assert found == pytest.approx([said.get(name, 0.0) for name in NAMES], abs=1e-12)


@given(
    usd=st.lists(st.sampled_from((0.02, 0.5, 3.0, 1e6)), min_size=4, max_size=4),
    can=st.lists(st.booleans(), min_size=4, max_size=4).filter(any),
    floor=st.floats(0, 1),
)
def test_floors_of_pools_that_are_too_dear_are_lowered_as_in_one_decision(
    usd: list[float], can: list[bool], floor: float
) -> None:
    values = dict(zip(NAMES, (0.4, 0.3, 0.1, 0.0), strict=True))
    eligible = [name for name, able in zip(NAMES, can, strict=True) if able]
    prices = {n: price for n, price in zip(NAMES, usd, strict=True) if n in eligible}
    lowered = lowered_floors(prices, worth_usd=1.0)
    pools = inverse_gap({name: values[name] for name in eligible}, 20.0, 5)
    said = with_floors(pools, None, floor, 0.0, lowered)
    found = Policies.of([PolicySettings(rate=20.0, explore_floor=floor)], NAMES).pmf(
        np.array([[list(values.values())]]),
        np.array([5.0]),
        np.array([[can]], dtype=float),
        np.array([[[lowered.get(name, 1.0) for name in NAMES]]]),
    )
    assert found[0, 0] == pytest.approx([said.get(name, 0.0) for name in NAMES], abs=1e-12)


@given(can=st.lists(st.booleans(), min_size=4, max_size=4).filter(any), floor=st.floats(0, 1))
def test_policies_that_need_no_values(*, can: list[bool], floor: float) -> None:
    settings = [
        PolicySettings(name="uniform", explore_floor=floor),
        PolicySettings(name="fixed", pool="b", explore_floor=floor),
    ]
    mask = np.tile(np.array(can, dtype=float), (2, 1, 1))
    even, only = Policies.of(settings, NAMES).pmf(np.zeros((2, 1, 4)), np.zeros(2), mask)[:, 0]
    assert even == pytest.approx(np.array(can) / sum(can))
    if can[1]:
        assert only[1] == pytest.approx(1 - floor + floor / sum(can))
    else:
        assert only == pytest.approx(even)


def test_rates_by_value_are_per_worth_and_shares_are_not() -> None:
    values = np.array([[[0.5, 0.4, 0.1, 0.0]]])
    for explorer, same in (("inverse_gap", False), ("softmax", False), ("epsilon_greedy", True)):
        one = [PolicySettings(explorer=explorer, rate=0.2)]  # type: ignore[arg-type]  # of a loop
        plain = Policies.of(one, NAMES).pmf(values, np.ones(1), None)
        scaled = Policies.of(one, NAMES, worth=10.0).pmf(10 * values, np.ones(1), None)
        assert scaled == pytest.approx(plain)
        assert (
            np.allclose(Policies.of(one, NAMES, worth=10.0).pmf(values, np.ones(1), None), plain)
            == same
        )


def test_a_policy_by_prices_can_not_be_replayed() -> None:
    with pytest.raises(ConfigError, match="'cheapest': can't be replayed, because it depends"):
        check_policy(PolicySettings(name="cheapest"), NAMES)
