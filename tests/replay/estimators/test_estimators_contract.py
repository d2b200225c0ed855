"""What every estimator promises, held by all of them."""

from __future__ import annotations

import importlib
import math
import pkgutil
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import replay.estimators
from replay.estimators.baseline import Baseline
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.gains import DrGain, SnGain
from replay.estimators.ips import Ips
from replay.estimators.registry import ESTIMATORS
from replay.estimators.snips import Snips
from replay.estimators.stepwise import StepwiseSnips
from replay.intervals.interval import WIDEST
from replay.stats.weighted_rows import Scored

if TYPE_CHECKING:
    from replay.numerics.reward_kind import RewardKind

EVERY: tuple[type[Any], ...] = (*ESTIMATORS, StepwiseSnips)

KINDS: tuple[RewardKind, ...] = ("binary", "positive", "real")
GAINS = (DrGain, SnGain)


def kinds(estimator: type[Any]) -> tuple[RewardKind, ...]:
    """What its rewards can be: a gain can always be negative."""
    return ("real",) if estimator in GAINS else KINDS


def rows(n: int, seed: int, kind: RewardKind = "binary") -> Scored:
    """Rows with weights and a model that is somewhat right."""
    rng = np.random.default_rng(seed)
    weight = np.where(rng.random(n) < 0.2, 0.0, rng.lognormal(-0.5, 1.0, n))
    chance = rng.uniform(0.1, 0.9, n)
    reward = (rng.random(n) < chance).astype(float)
    if kind == "positive":
        reward *= rng.lognormal(0, 1, n)
    if kind == "real":
        reward -= rng.normal(size=n)
    noise = (chance * (1 - chance))[:, None]
    return Scored(
        weight=weight,
        reward=reward,
        direct=chance * 0.9,
        predicted=chance,
        noise=noise,
        spread=weight[:, None] ** 2 * noise,
        fitted=np.ones(n),
        unsupported=np.zeros(n),
        chi=np.full(n, np.nan),
        index=np.arange(n),
        group=np.arange(n) % 7,
        stepwise=np.stack([weight * reward, weight], axis=1),
    )


def part(scored: Scored, start: int, stop: int) -> Scored:
    cut: dict[str, Any] = {
        one.name: value[start:stop] if isinstance(value, np.ndarray) else value
        for one in fields(Scored)
        for value in [getattr(scored, one.name)]
    }
    return Scored(**cut)


def same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or a == b


@pytest.mark.parametrize("estimator", [*EVERY, *GAINS], ids=lambda e: e.__name__)
class TestEveryEstimator:
    @settings(max_examples=40, deadline=None)
    @given(
        n=st.integers(1, 60),
        cut=st.integers(0, 60),
        seed=st.integers(0, 1000),
        kind=st.sampled_from(KINDS),
    )
    def test_parts_merge_to_the_whole(
        self, estimator: Any, n: int, cut: int, seed: int, kind: RewardKind
    ) -> None:
        """To 1e-9 of value and ends; float sums in another order agree to about 1e-13."""
        kind = kind if kind in kinds(estimator) else "real"
        scored = rows(n, seed, kind)
        whole = estimator().receive(scored)
        parts = estimator().receive(part(scored, 0, cut)) + estimator().receive(
            part(scored, cut, n)
        )
        assert same(whole.value(), parts.value())
        for a, b in zip(
            whole.interval(kind, 0.95)[:2], parts.interval(kind, 0.95)[:2], strict=True
        ):
            assert math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9) or a == b

    def test_nothing_received_is_none_and_the_widest_interval(self, estimator: Any) -> None:
        for kind in kinds(estimator):
            assert estimator().value() is None
            assert estimator().interval(kind, 0.95)[:2] == WIDEST[kind]

    def test_empty_is_neutral(self, estimator: Any) -> None:
        some = estimator().receive(rows(30, 1))
        assert (some + estimator()).value() == some.value()
        assert (estimator() + some).value() == some.value()

    def test_receiving_leaves_the_old_sum_as_it_was(self, estimator: Any) -> None:
        before = estimator().receive(rows(30, 1))
        value = before.value()
        before.receive(rows(30, 2))
        assert before.value() == value

    def test_the_interval_holds_the_value_and_grows_with_the_level(self, estimator: Any) -> None:
        for kind in kinds(estimator):
            some = estimator().receive(rows(200, 3, kind))
            low, high, _ = some.interval(kind, 0.9)
            wider_low, wider_high, _ = some.interval(kind, 0.99)
            assert wider_low <= low <= some.value() <= high <= wider_high

    def test_one_row_is_no_reason_to_be_sure(self, estimator: Any) -> None:
        low, high, _ = estimator().receive(rows(1, 5, "real")).interval("real", 0.95)
        assert math.isinf(low)
        assert math.isinf(high)


@pytest.mark.parametrize("estimator", [Ips, Snips, Dr, Baseline], ids=lambda e: e.__name__)
def test_unbiased_estimators_find_the_mean_when_weights_are_one(estimator: Any) -> None:
    scored = rows(50, 1)
    plain = Scored(
        weight=np.ones(50),
        reward=scored.reward,
        direct=np.zeros(50),
        predicted=np.zeros(50),
        noise=scored.noise,
        spread=scored.noise,
        fitted=np.zeros(50),
        unsupported=np.zeros(50),
        chi=np.ones(50),
    )
    assert estimator().receive(plain).value() == pytest.approx(scored.reward.mean())


def test_dm_leaves_out_rows_that_no_model_was_there_for() -> None:
    scored = rows(50, 1)
    young = Scored(
        weight=scored.weight,
        reward=scored.reward,
        direct=np.zeros(50),
        predicted=np.zeros(50),
        noise=scored.noise,
        spread=scored.spread,
        fitted=np.zeros(50),
        unsupported=np.zeros(50),
        chi=scored.chi,
    )
    merged = Dm().receive(young) + Dm().receive(scored)
    assert merged.value() == pytest.approx(scored.direct.mean())


def test_a_perfect_model_leaves_dr_no_residual_variance() -> None:
    scored = rows(50, 1)
    exact = Scored(
        weight=scored.weight,
        reward=scored.predicted,
        direct=np.full(50, 0.3),
        predicted=scored.predicted,
        noise=scored.noise,
        spread=scored.spread,
        fitted=np.ones(50),
        unsupported=np.zeros(50),
        chi=scored.chi,
    )
    dr = Dr().receive(exact)
    assert dr.value() == pytest.approx(0.3)
    evidence = dr.evidence()
    assert evidence is not None
    assert evidence.variance == pytest.approx(0.0, abs=1e-15)


def test_every_estimator_of_the_package_is_under_contract() -> None:
    found = set()
    for module in pkgutil.iter_modules(replay.estimators.__path__):
        names = vars(importlib.import_module(f"replay.estimators.{module.name}"))
        found |= {
            value
            for value in names.values()
            if isinstance(value, type)
            and value.__module__.startswith("replay.estimators.")
            and isinstance(vars(value).get("name"), str)
        }
    assert found == {*EVERY, *GAINS}


@pytest.mark.parametrize("estimator", [*EVERY, *GAINS])
def test_one_row_gives_no_evidence(estimator: type[Any]) -> None:
    assert estimator().receive(rows(1, 7)).evidence() is None
