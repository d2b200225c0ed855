"""A live test at work on a small market, for the tests of this folder."""

from __future__ import annotations

from bandit.engine.engine import Engine
from bandit.experiment_settings import ArmSettings, ExperimentSettings, FixedRedundancy
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.market import Crew, Market, Work, pool

POLICY = PolicySettings(explore_floor=0.1, stop_floor=0.05, lookahead_labels=1, max_labels=5)
HOLDOUT = ArmSettings(share=0.2, fixed=FixedRedundancy(pool="b", labels=3))


def settings_of(
    arms: dict[str, ArmSettings], seed: int = 1, policy: PolicySettings = POLICY, name: str = "x"
) -> Settings:
    return Settings(
        seed=seed,
        policy=policy,
        audit=AuditSettings(share=0.1),
        experiment=ExperimentSettings(name=name, arms=arms),
    )


def engine_of(settings: Settings) -> Engine:
    return Engine(settings, Brain(settings))


def market(tasks: int, seed: int = 1, *, capacity_per_hour: float | None = 700.0) -> Market:
    """Three pools, one of them often full, and experts for audits."""
    crews = [
        Crew(pool("a", 0.05, capacity_per_hour=capacity_per_hour), 0.85),
        Crew(pool("b", 0.02), 0.7, declines=0.05),
        Crew(pool("c", 0.08), 0.9, silent=0.03),
        Crew(pool("experts", 0.5, gold=True), 1.0),
    ]
    return Market(crews, Work(tasks, every_s=4.0, gold_before=0.02, tick_s=60.0), seed)
