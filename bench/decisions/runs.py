"""One seed of a market: the engine, the fixed settings, and who knows the true parameters."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from bandit.decide.policies.explorers import EXPLORERS
from bench.decisions.budget import hindsight_figures, usd_per_day, warm_rows
from bench.decisions.explorer_rows import EXPLORER_ROWS, OTHER_EXPLORERS, explorer_outcome
from bench.decisions.figures import figures
from bench.decisions.self_trainer import self_trained_outcome
from replay.baselines.fixed_settings import fixed_settings
from replay.market.drive import Drive
from replay.market.live import live_outcome
from replay.market_file.build import build_market, resized
from replay.market_file.read import read_market
from replay.market_file.sections import BudgetSection
from replay.oracle.clairvoyant import Clairvoyant
from replay.oracle.hindsight import hindsight
from replay.oracle.true_model import TrueModel

if TYPE_CHECKING:
    from bandit.settings import Settings
    from bench.decisions.figures import Figures
    from replay.market_file.sections import MarketSpec

ROWS = ("engine", "fixed", "clairvoyant", "clairvoyant+", "hindsight", "warm")
SELF_TRAINED = "self-trained"
RIVALS = (SELF_TRAINED, *EXPLORER_ROWS)
"""Rows that are printed only where they are asked for."""


@dataclass(frozen=True)
class Job:
    """A seed of a market, and what is run in it."""

    market: str
    seed: int
    tasks: int | None
    features: bool
    spammers: bool
    target: float | None
    usd_per_day: float | None
    budget_share: float | None
    own: tuple[tuple[str, int], ...]
    settings: Settings
    rows: tuple[str, ...]


@dataclass
class Ran:
    """What one seed gave: rows by their names, and fixed settings by theirs."""

    rows: dict[str, Figures] = field(default_factory=dict)
    fixed: dict[str, Figures] = field(default_factory=dict)


def spec_of(job: Job) -> MarketSpec:
    """Read the market, with as many tasks and features as the job wants."""
    spec = read_market(job.market)
    if job.tasks:
        spec = resized(spec, job.tasks)
    if not job.features:
        tasks = msgspec.structs.replace(spec.tasks, features="none")
        spec = msgspec.structs.replace(spec, tasks=tasks)
    if not job.spammers:
        pools = [msgspec.structs.replace(pool, spammer_share=0.0) for pool in spec.pools]
        spec = msgspec.structs.replace(spec, pools=tuple(pools))
    if job.usd_per_day:
        budget = BudgetSection(usd_per_day=job.usd_per_day)
        spec = msgspec.structs.replace(spec, budget=budget)
    return spec


def with_target(spec: MarketSpec, target: float | None) -> MarketSpec:
    """Give tasks a target accuracy in place of their value."""
    if target is None:
        return spec
    arrivals = msgspec.structs.replace(spec.arrivals, value_usd=None, target_accuracy=target)
    return msgspec.structs.replace(spec, arrivals=arrivals)


def own_name(pool: str, labels_per_task: int) -> str:
    """Name the row of the engine with a fixed number of labels from one pool."""
    return f"{labels_per_task} × {pool}, own model"


def run(job: Job) -> Ran:
    """Run what the job wants."""
    EXPLORERS.update(OTHER_EXPLORERS)
    spec, ran = spec_of(job), Ran()
    value_usd = spec.arrivals.value_usd or 1.0
    settings = msgspec.structs.replace(job.settings, seed=job.seed)
    if job.budget_share is not None:
        usd = usd_per_day(build_market(spec, job.seed), value_usd, job.budget_share)
        spec = msgspec.structs.replace(spec, budget=BudgetSection(usd_per_day=usd))
    if "engine" in job.rows:
        begin = time.perf_counter()
        market = build_market(with_target(spec, job.target), job.seed)
        ran.rows["engine"] = figures(market, live_outcome(market, settings), value_usd)
        ran.rows["engine"]["seconds"] = time.perf_counter() - begin
    if SELF_TRAINED in job.rows:
        market = build_market(with_target(spec, job.target), job.seed)
        outcome = self_trained_outcome(market, settings)
        ran.rows[SELF_TRAINED] = figures(market, outcome, value_usd)
    for name in [row for row in EXPLORER_ROWS if row in job.rows]:
        market = build_market(with_target(spec, job.target), job.seed)
        ran.rows[name] = figures(market, explorer_outcome(market, settings, name), value_usd)
    for pool, k in job.own:
        market = build_market(spec, job.seed)
        least = min(k, settings.policy.max_labels)  # no task stops early by chance
        policy = msgspec.structs.replace(
            settings.policy, name="fixed", pool=pool, labels_per_task=k, min_labels=least
        )
        fixed = msgspec.structs.replace(settings, policy=policy)
        name = own_name(pool, k)
        ran.rows[name] = figures(market, live_outcome(market, fixed), value_usd)
    if "fixed" in job.rows:
        for one in fixed_settings(build_market(spec, job.seed)):
            net = value_usd * one.accuracy - one.usd_per_task
            ran.fixed[one.name] = {
                "net": net,
                "accuracy": one.accuracy,
                "usd": one.usd_per_task,
                "labels": one.labels_per_task,
            }
    for name, prefers in (("clairvoyant", False), ("clairvoyant+", True)):
        if name in job.rows:
            market = build_market(spec, job.seed)
            knowing = Clairvoyant(market, TrueModel(market), prefers=prefers)
            outcome = Drive(knowing, market, settings.clock.max_jump_s / 2).run(market.events())
            ran.rows[name] = figures(market, outcome, value_usd)
    if "hindsight" in job.rows:
        market = build_market(spec, job.seed)
        best = hindsight(market, TrueModel(market), value_usd)
        ran.rows["hindsight"] = hindsight_figures(best)
    if "warm" in job.rows and job.budget_share is not None:
        ran.rows |= warm_rows(spec, job.seed, settings, value_usd, job.budget_share)
    return ran
