"""What exploring costs at a decision: nothing if the best is drawn, never less."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.events import STOP, Decision
from bandit.settings import PolicySettings, Settings
from replay.market.drive import Drive
from replay.market.exploration import exploration_usd
from tests.replay.market.recording import Recording
from tests.replay.market.test_market import market


def decisions(policy: PolicySettings) -> list[Decision]:
    engine = Recording(Settings(policy=policy))
    there = market(tasks=60)
    Drive(engine, there, 60.0).run(there.events())
    return [one for one in engine.put_out if isinstance(one, Decision)]


LOGGED = decisions(PolicySettings())


def with_options(values: dict[str, float], pmf: dict[str, float]) -> Decision:
    return msgspec.structs.replace(LOGGED[0], pmf=pmf, values_usd=values)


def test_each_option_costs_what_it_is_worth_less_than_the_best() -> None:
    priced = with_options({"a": 0.5, "b": 0.1}, {"a": 0.5, "b": 0.3, STOP: 0.2})
    assert exploration_usd(priced) == pytest.approx(0.3 * 0.4 + 0.2 * 0.5)


def test_asking_although_no_label_pays_costs_what_it_loses() -> None:
    priced = with_options({"a": -0.02, "b": -0.10}, {"a": 0.1, "b": 0.1, STOP: 0.8})
    assert exploration_usd(priced) == pytest.approx(0.1 * 0.02 + 0.1 * 0.10)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 1.0)), min_size=2, max_size=6))
def test_the_price_is_between_0_and_the_largest_gap(options: list[tuple[float, float]]) -> None:
    total = math.fsum(chance for _, chance in options)
    values = {f"p{at}": value for at, (value, _) in enumerate(options)}
    pmf = {f"p{at}": chance / total for at, (_, chance) in enumerate(options)}
    price = exploration_usd(with_options(values, pmf))
    assert -1e-12 <= price <= max(values.values()) - min(values.values()) + 1e-12


def test_a_greedy_policy_explores_for_nothing_and_a_fixed_one_not_at_all() -> None:
    greedy = PolicySettings(
        rate=1e12,
        explore_floor=1e-9,
        stop_floor=1e-9,
        second_opinion=1e-9,
        check_share=1e-9,
    )
    assert math.fsum(map(exploration_usd, decisions(greedy))) == pytest.approx(0.0, abs=1e-5)
    assert math.fsum(map(exploration_usd, LOGGED)) > 0.01
    assert not any(map(exploration_usd, decisions(PolicySettings(name="uniform"))))
