"""The true model gives the chances with which the market really answers."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import pytest

from replay.market.pools import EXPERTS
from replay.market_file.build import build_market, resized
from replay.market_file.read import market_names, read_market
from replay.oracle.belief import Belief
from replay.oracle.true_model import TrueModel
from replay.stats.calibration_error import ece, noise_floor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.market.market import Market
    from replay.numerics.arrays import Floats

SEED = 5


@pytest.fixture(params=market_names())
def market(request: pytest.FixtureRequest) -> Market:
    spec = read_market(request.param)
    return build_market(resized(spec, 800), SEED)


def test_chances_sum_to_one(market: Market) -> None:
    model, some = TrueModel(market), next(iter(market.tasks.values()))
    assert model.joint.sum() == pytest.approx(1.0)
    for pool in market.specs:
        assert model.level[pool].sum(axis=0) == pytest.approx(1.0)
        for who in range(0, model.labelers(pool), 7):
            assert model.says(some, pool, who).sum(axis=1) == pytest.approx(1.0)


def test_posteriors_of_random_labels_are_calibrated(market: Market) -> None:
    """Four labels of any pools: the calibration error of 800 posteriors stays near its noise.

    The noise floor is its mean under perfect calibration; twice that and .01 is beyond the .999
    quantile in all of them.
    """
    model = TrueModel(market)
    pools = [name for name in market.usd_per_label() if name != EXPERTS]
    confidence, right = [], []
    for number, (task, one) in enumerate(market.tasks.items()):
        belief = Belief(model, one)
        for step in range(4):
            pool = pools[(number + step) % len(pools)]
            who = (number * 7 + step) % model.labelers(pool)
            belief.receive(pool, who, market.said(task, pool, who))
        posterior = belief.posterior()
        answer = max(posterior, key=lambda name: posterior[name])
        confidence.append(posterior[answer])
        right.append(answer == one.truth)
    error, floor = ece(confidence, right), noise_floor(confidence)
    assert error is not None
    assert floor is not None
    assert error < 2 * floor + 0.01


def test_a_gangs_second_voice_says_nothing_new() -> None:
    market = build_market(resized(read_market("hostile"), 20), SEED)
    model = TrueModel(market)
    gang = [
        (pool, who)
        for pool in market.specs
        for who in range(model.labelers(pool))
        if model.in_gang(pool, who)
    ]
    task, one = next(iter(market.tasks.items()))
    belief = Belief(model, one)
    posteriors = []
    for pool, who in gang[:3]:
        belief.receive(pool, who, market.said(task, pool, who))
        posteriors.append(belief.posterior())
    assert all(a == b for a, b in pairwise(posteriors))


def test_gains_are_those_of_playing_out_both_labels() -> None:
    """From scratch, by the formula in `belief.py`: all sequences of at most two more labels."""
    market = build_market(resized(read_market("scarce"), 20), SEED)
    model, one = TrueModel(market), next(iter(market.tasks.values()))
    prices, worth = {name: spec.usd_per_label for name, spec in market.specs.items()}, 5.0
    means = {name: model.mean(one, name) for name in prices}
    classes, seen = model.classes, [("crowd", 3, 2), ("trained", 5, 2), ("crowd", 8, 3)]

    def weight(more: Sequence[tuple[str, int]]) -> Floats:
        """Chance of class, state and all labels, seen ones and more: shape (classes, states)."""
        total = model.joint.copy()
        for name in prices:
            chance = model.level[name].copy()
            for pool, who, y in seen:
                chance *= model.says(one, pool, who)[:, y] if pool == name else 1.0
            for pool, y in more:
                chance *= means[pool][:, y] if pool == name else 1.0
            total *= chance.sum(axis=0)
        return total

    def value(more: tuple[tuple[str, int], ...], left: int) -> float:
        """Value of going on from here with `left` labels, times the chance to come here."""
        here = weight(more)
        best = worth * float(here.sum(axis=1).max())
        for pool, price in prices.items() if left else ():
            after = [value((*more, (pool, y)), left - 1) for y in range(len(classes))]
            best = max(best, sum(after) - price * float(here.sum()))
        return best

    belief = Belief(model, one)
    for pool, who, y in seen:
        belief.receive(pool, who, classes[y])
    gains, chance = belief.gains(worth, prices), float(weight(()).sum())
    now = worth * float(weight(()).sum(axis=1).max())
    for pool, price in prices.items():
        after = sum(value(((pool, y),), 1) for y in range(len(classes)))
        assert gains[pool] == pytest.approx((after - price * chance - now) / chance)


def test_information_is_what_a_label_takes_off_the_entropy_of_the_class() -> None:
    market = build_market(resized(read_market("hostile"), 20), SEED)
    model, one = TrueModel(market), next(iter(market.tasks.values()))

    def entropy(chances: Iterable[float]) -> float:
        return -sum(chance * log(chance) for chance in chances if chance > 0.0)

    def belief(*more: tuple[str, int, str]) -> Belief:
        made = Belief(model, one)
        for label in (("trained", 3, model.classes[1]), ("crowd", 4, model.classes[1]), *more):
            made.receive(*label)
        return made

    before = belief()
    information = before.information("crowd")
    for who in range(0, 60, 5):
        says = (before.joint() * before._level("crowd"))[:, None] * model.says(one, "crowd", who)
        chances = says.sum(axis=(0, 2, 3))
        after = [
            chance * entropy(belief(("crowd", who, name)).posterior().values())
            for name, chance in zip(model.classes, chances, strict=True)
            if chance > 0.0
        ]
        gained = entropy(before.posterior().values()) - sum(after)
        assert information[who] == pytest.approx(gained, abs=1e-9)
    spoke = next(who for who in range(60) if model.in_gang("crowd", who))
    told = belief(("crowd", spoke, model.classes[0])).information("crowd")
    assert all(told[who] == 0.0 for who in range(60) if model.in_gang("crowd", who))
