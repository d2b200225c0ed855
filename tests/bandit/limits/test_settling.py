"""After a pool closes, the prices of budget and capacity settle soon."""

from __future__ import annotations

from functools import lru_cache
from statistics import fmean

import pytest
from msgspec.structs import replace

from bandit.engine.engine import Engine
from bandit.events import Control, Decision
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, Settings
from tests.bandit.market import Crew, Market, Work, pool

TASKS, CLOSES = 3200, 1600
SEEDS = (7, 8, 9)


@lru_cache
def prices(seed: int) -> tuple[list[float], list[float]]:
    """Prices of a dollar, and of a place in the scarce pool, at each task's first decision.

    The cheap pool closes with task 1,600; what stays is dearer, and its best takes 60 asks an hour.
    Experts audit for nothing: with two classes and no gold, all labelers could as well be turned.
    """
    described = pool("cheap", 0.03)
    crews = [
        Crew(described, 0.8, labelers=300),
        Crew(pool("dear", 0.06), 0.8, labelers=300),
        Crew(pool("scarce", 0.06, capacity_per_hour=60.0), 0.97, labelers=300),
        Crew(pool("experts", 0.0, gold=True), 1.0),
    ]
    market = Market(crews, Work(TASKS, every_s=9.0, value_usd=1.0, tick_s=9.0), seed)
    chosen = Settings(seed=seed, audit=AuditSettings(share=0.05))
    engine = Engine(chosen, Brain(chosen))
    engine.receive(Control(at=0.0, project="p", usd_per_hour=30.0))
    seen = 0

    def close(event: object, _out: object) -> None:
        nonlocal seen
        seen += type(event).__name__ == "Task"
        if seen == CLOSES and engine._desks.pools["cheap"].open:
            engine.receive(replace(described, open=False))

    history = market.run(engine, close)
    firsts = [one for one in history.events(Decision) if one.why == "first"]
    full = max(one.scarcity_usd.get("scarce", 0.0) for one in firsts)
    return (
        [one.budget_price for one in firsts],
        [one.scarcity_usd.get("scarce", full) for one in firsts],
    )


@pytest.mark.parametrize("which", [0, 1], ids=["budget", "capacity"])
def test_after_a_pool_closes_prices_settle_within_500_tasks(which: int) -> None:
    """The mean of tasks 500 to 800 after is within a quarter of that of the last 600: 3 seeds."""
    paths = [prices(seed)[which] for seed in SEEDS]
    soon = fmean(fmean(path[CLOSES + 500 : CLOSES + 800]) for path in paths)
    late = fmean(fmean(path[-600:]) for path in paths)
    assert late > 0.0
    assert soon == pytest.approx(late, rel=0.25)


def test_the_price_of_a_dollar_rises_with_what_labels_cost() -> None:
    for path, _ in map(prices, SEEDS):
        assert fmean(path[-600:]) > 1.2 * fmean(path[300:CLOSES])
