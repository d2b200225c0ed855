"""Budgets in a market: a share of the linear program's spending; an engine that learned before."""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from bandit.days import day_of
from bandit.events import Control
from bench.decisions.figures import figures
from replay.market.engine_run import run_engine
from replay.market.outcome import Outcome
from replay.market_file.build import build_market, resized
from replay.oracle.hindsight import hindsight
from replay.oracle.true_model import TrueModel

if TYPE_CHECKING:
    from bandit.settings import Settings
    from bench.decisions.figures import Figures
    from replay.market.market import Market
    from replay.market_file.sections import MarketSpec
    from replay.oracle.hindsight import Hindsight

WARM_UP = 1000
"""Tasks at least, without a budget, before the day with which it begins."""
WARM, WARM_HINDSIGHT = "engine, warm", "hindsight, warm"


def usd_per_day(market: Market, value_usd: float, share: float) -> float:
    """Return a share of what the linear program spends without a budget on the busiest day."""
    free = hindsight(market, TrueModel(market), value_usd)
    by_day = Counter(day_of(one.task.at) for one in market.tasks.values())
    return share * free.usd * max(by_day.values())


def warm_rows(
    spec: MarketSpec, seed: int, settings: Settings, value_usd: float, share: float
) -> dict[str, Figures]:
    """Let the engine learn until a day ends, then give it as many tasks as usual and a budget."""
    count = spec.tasks.count
    a_day = int(24 * spec.arrivals.tasks_per_hour * 1.1)
    longer = resized(msgspec.structs.replace(spec, budget=None), WARM_UP + a_day + count)
    market, later = build_market(longer, seed), build_market(longer, seed)
    days = {name: day_of(one.task.at) for name, one in market.tasks.items()}
    names = list(days)
    last = days[names[WARM_UP - 1]]
    names = [name for name in names if days[name] > last][:count]
    later.tasks = {name: market.tasks[name] for name in names}
    first = later.tasks[names[0]].task
    later.usd_per_day = usd_per_day(later, value_usd, share)
    best = hindsight(later, TrueModel(later), value_usd)
    cap = Control(at=first.at, project=first.project, usd_per_day=later.usd_per_day)
    events = heapq.merge(market.events(), [cap], key=lambda event: event.at)
    outcome = run_engine(market, events, settings, "market with a budget")
    of_later = Outcome(
        labels=[label for label in outcome.labels if label.task in later.tasks],
        first={name: outcome.first[name] for name in names if name in outcome.first},
    )
    return {
        WARM: figures(later, of_later, value_usd),
        WARM_HINDSIGHT: hindsight_figures(best),
    }


def hindsight_figures(best: Hindsight) -> Figures:
    """Return the linear program's figures per task."""
    return {
        "net": best.checked_usd,
        "accuracy": best.accuracy,
        "usd": best.usd,
        "labels": best.labels,
    }
