"""A market worked through by an engine that learns no more: so a policy's runs differ by it alone.

What the engine knows comes from one run before. Its policy may be made a target's: with the chances
that `evaluate` gives it at every decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bandit.engine.engine import Engine
from bandit.events import Decision, Reward, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals, made_tasks
from replay.targets.target import parse_target
from replay.task_log.trajectory import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.decide.policies.context import Context
    from bandit.decide.policies.policy import Policy
    from bandit.events import Input, Output
    from replay.market.outcome import Outcome
    from replay.targets.target import TargetPolicy

WORTH_USD, EXPERT_USD = 2.0, 0.5


def settings(seed: int) -> Settings:
    """A policy that explores much, so that short logs can answer."""
    policy = PolicySettings(
        rate=0.2,
        stop_floor=0.3,
        second_opinion=0.5,
        check_share=0.5,
        explore_floor=0.05,
        max_labels=3,
    )
    return Settings(seed=seed, policy=policy, audit=AuditSettings(share=0.5))


@dataclass(frozen=True, slots=True)
class Masked:
    """The policy that a target is of a logging policy."""

    policy: Policy
    target: TargetPolicy

    @property
    def name(self) -> str:
        return str(self.target)

    def pmf(self, context: Context) -> dict[str, float]:
        return masked(self.target, self.policy.pmf(context))


class Frozen:
    """The real engine, which is given no rewards, and a record of what a log holds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.logged: list[Decision | Reward | Verdict] = []

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        if isinstance(event, Reward):
            return []
        outputs = self._engine.receive(event)
        self.logged += [one for one in outputs if isinstance(one, Decision | Reward | Verdict)]
        return outputs

    def keep(self) -> None:
        self._engine.keep()


@dataclass(frozen=True)
class Run:
    """A run: what a log of it holds, and means per task as only the market knows them."""

    logged: list[Decision | Reward | Verdict]
    accuracy: float
    agreement: float
    usd: float
    delay_s: float

    @property
    def value_usd(self) -> float:
        return WORTH_USD * self.accuracy - self.usd


def run(seed: int, tasks: int, target: str = "logging") -> Run:
    """Let a target work through the market of a seed."""
    market = _market(seed, tasks)
    engine = Engine(settings(seed), Brain.from_bytes(settings(seed), _learned()))
    decisions = engine._decisions
    decisions.policy = Masked(decisions.policy, parse_target(target))
    frozen = Frozen(engine)
    outcome = Drive(frozen, market, 1800.0).run(market.events())
    return _seen(market, outcome, frozen.logged)


def _seen(market: Market, outcome: Outcome, logged: list[Decision | Reward | Verdict]) -> Run:
    given = list(outcome.first.values())
    n = len(market.tasks)
    assert len(given) == n
    return Run(
        logged,
        sum(one.answer == market.tasks[one.task].truth for one in given) / n,
        sum(one.confidence or 0.0 for one in given) / n,
        sum(one.usd for one in outcome.verdicts.values()) / n,
        sum(one.delay_s for one in given) / n,
    )


def _market(seed: int, tasks: int) -> Market:
    made = made_tasks(tasks, Arrivals(value_usd=WORTH_USD), seed)
    crowd, _, trained, _ = four_pools(made[0].task.classes)
    return Market([crowd, trained], made, seed, expert_usd=EXPERT_USD)


@cache
def _learned() -> bytes:
    """What an engine knows after 300 tasks."""
    brain = Brain(settings(0))
    market = _market(0, 300)
    Drive(Engine(settings(0), brain), market, 1800.0).run(market.events())
    return brain.to_bytes()
