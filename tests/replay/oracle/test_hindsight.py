"""The assignment in hindsight bounds every way of fixing pool and number of labels on arrival."""

from __future__ import annotations

from itertools import islice
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market
from replay.oracle.belief import Belief
from replay.oracle.hindsight import hindsight
from replay.oracle.true_model import TrueModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from replay.market.market import Market

SEED, TASKS, WORTH = 3, 500, 5.0
Fix = tuple[str, int] | None


@pytest.fixture(scope="module", params=["hostile", "lopsided", "graded"])
def market(request: pytest.FixtureRequest) -> Market:
    return build_market(resized(read_market(request.param), TASKS), SEED)


@pytest.fixture(scope="module")
def model(market: Market) -> TrueModel:
    return TrueModel(market)


def nets(market: Market, model: TrueModel, fix: Callable[[str], Fix]) -> list[float]:
    """What each task earns whose labels are fixed on arrival, with the best answer to them."""
    prices, earned = market.usd_per_label(), []
    for task, one in market.tasks.items():
        belief, usd, fixed = Belief(model, one), 0.0, fix(task)
        if fixed is not None:
            pool, k = fixed
            order = market.order(task, pool)
            answering = (who for who in order if market.answers(task, pool, who))
            for who in islice(answering, k):
                belief.receive(pool, who, market.said(task, pool, who))
                usd += prices[pool]
        posterior = belief.posterior()
        answer = max(posterior, key=lambda name: posterior[name])
        earned.append(WORTH * (answer == one.truth) - usd)
    return earned


def test_no_fixed_number_of_labels_earns_more(market: Market, model: TrueModel) -> None:
    """Slack: four standard errors of the mean of 500 tasks; false alarm 3e-5 for each setting."""
    best = hindsight(market, model, WORTH)
    for pool, spec in market.specs.items():
        if spec.capacity_per_hour is not None:
            continue
        for k in (1, 3, 5):
            earned = nets(market, model, lambda _, pool=pool, k=k: (pool, k))  # type: ignore[misc]
            assert fmean(earned) <= best.net_usd + 4 * stdev(earned) / sqrt(TASKS)


def test_no_random_assignment_within_a_budget_earns_more(market: Market, model: TrueModel) -> None:
    """Random tasks get five labels of the cheapest pool each; the budget is what that costs."""
    cheapest = min(market.specs.values(), key=lambda spec: spec.usd_per_label)
    for share in (0.3, 0.7):
        chosen = {task for task in market.tasks if draw(SEED, task, 0, "test: chosen") < share}
        most_usd = 5 * cheapest.usd_per_label * len(chosen)
        best = hindsight(market, model, WORTH, budget_usd=most_usd)
        earned = nets(
            market,
            model,
            lambda task, c=chosen: (cheapest.name, 5) if task in c else None,  # type: ignore[misc]
        )
        assert fmean(earned) <= best.net_usd + 4 * stdev(earned) / sqrt(TASKS)
        assert best.usd * TASKS <= most_usd + 1e-6


def test_a_smaller_budget_earns_less_and_its_dollars_are_dearer(
    market: Market, model: TrueModel
) -> None:
    free = hindsight(market, model, WORTH, draws=300)
    half, tenth = (
        hindsight(market, model, WORTH, share * free.usd * TASKS, draws=300) for share in (0.5, 0.1)
    )
    assert free.net_usd > half.net_usd > tenth.net_usd
    assert 0.0 == free.budget_price < half.budget_price <= tenth.budget_price


def test_value_without_the_luck_of_the_draws_is_lower_but_near(
    market: Market, model: TrueModel
) -> None:
    """Slack .12: 1,000 draws give an option's value a standard error of up to .08."""
    best = hindsight(market, model, WORTH)
    assert best.net_usd - 0.12 < best.checked_usd < best.net_usd + 0.02


def test_scarce_specialists_have_a_price_and_are_not_asked_beyond_their_capacity() -> None:
    scarce = build_market(resized(read_market("scarce"), TASKS), SEED)
    best = hindsight(scarce, TrueModel(scarce), WORTH)
    assert best.scarcity_usd["specialist"] > 0.0
    assert best.scarcity_usd["crowd"] == 0.0


def test_a_daily_budget_is_kept_over_every_day(model: TrueModel, market: Market) -> None:
    """500 tasks at 120 an hour come within a day from 8 UTC, so that is the budget of one day."""
    free = hindsight(market, model, WORTH, draws=300)
    market.usd_per_day = 0.5 * free.usd * TASKS
    try:
        capped = hindsight(market, model, WORTH, draws=300)
        total = hindsight(market, model, WORTH, 0.5 * free.usd * TASKS, draws=300)
    finally:
        market.usd_per_day = None
    assert capped.usd * TASKS <= 0.5 * free.usd * TASKS + 1e-6
    assert capped.budget_price > 0.0
    assert capped.net_usd == pytest.approx(total.net_usd)
