"""Logs of our own from a simulated market, with an A/B test of what is asked beside them.

Tasks get a role by their number: of four, two are the log's, one is decided by the target, and one
by the logging policy, for the A/B test to compare with. All meet the same history: what the engine
has learned, and the prices and capacity of the moment. So a single-task value estimated from the
log and the difference of the two arms are about the same thing, and of independent tasks. (Another
run of the market would be another history: which pool is preferred hangs on the first labels.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bandit.engine.engine import Engine
from bandit.events import Decision, Reward, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, ProjectSettings, Settings
from replay.demo.demo import ARRIVALS, EXPERT_USD
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import made_tasks
from replay.task_log.trajectory import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.decide.policies.context import Context
    from bandit.decide.policies.policy import Policy
    from bandit.desk.desk import Desk
    from bandit.events import Input, Output
    from bandit.limits.turn import Room
    from bandit.reasons import DecisionReason
    from bandit.task.state import TaskState
    from replay.market.tasks import TrueTask
    from replay.numerics.arrays import Floats
    from replay.targets.target import TargetPolicy

Events = list[Decision | Reward | Verdict]
AGAIN = 1_000_003
"""Added to the seed of tasks that are decided again: their draws are not those of the log."""


class Means(NamedTuple):
    """What came of a task; columns of the tables below."""

    accuracy: float
    agreement: float
    usd: float
    delay_s: float
    value_usd: float


class Ran(NamedTuple):
    """A run: what its log holds, and tables of what came of the tasks of each role."""

    events: Events
    logged: Floats
    target: Floats
    control: Floats


class Again:
    """The logging policy, but of some tasks a target's: with the chances that `evaluate` gives."""

    def __init__(self, policy: Policy, target: TargetPolicy) -> None:
        self._policy, self._target = policy, target
        self.again = False

    @property
    def name(self) -> str:
        return self._policy.name

    def pmf(self, context: Context) -> dict[str, float]:
        logged = self._policy.pmf(context)
        if not self.again:
            return logged
        return {**dict.fromkeys(logged, 0.0), **masked(self._target, logged)}


class Recorded:
    """An engine, and what a log of it holds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.events: Events = []

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        outputs = self._engine.receive(event)
        self.events += [one for one in outputs if isinstance(one, Decision | Reward | Verdict)]
        return outputs

    def keep(self) -> None:
        self._engine.keep()


@dataclass(frozen=True)
class OwnMarket:
    """The demo's market with made tasks: labelers, tasks and draws of a seed.

    `audit` is the share of audited tasks.
    """

    seed: int
    tasks: int
    audit: float = 0.05

    def logged(self, target: TargetPolicy) -> Ran:
        """Run the market with a quarter of the tasks decided by a target."""
        names = self._names()
        events, each = self._run(target, set(names[2::4]))
        own = {name for at, name in enumerate(names) if at % 4 < 2}
        return Ran(
            [one for one in events if one.task in own],
            _table(each, own),
            _table(each, names[2::4]),
            _table(each, names[3::4]),
        )

    def live(self, target: TargetPolicy) -> Floats:
        """Return what comes of the log's tasks if a target decides about all tasks."""
        names = self._names()
        _, each = self._run(target, set(names))
        return _table(each, [name for at, name in enumerate(names) if at % 4 < 2])

    def with_gold(self, events: Events) -> Events:
        """Return a log as if every task had been audited, for free."""
        truth = {one.task.task: one.truth for one in self._made()}
        given = [one for one in events if isinstance(one, Verdict) and one.revision == 0]
        found: Events = [one for one in events if isinstance(one, Decision)]
        for one in given:
            first = msgspec.structs.replace(one, audited=True, audit_propensity=1.0)
            gold = msgspec.structs.replace(
                first, revision=1, answer=truth[one.task], confidence=1.0, basis="gold"
            )
            found += [first, gold]
        return found

    def _names(self) -> list[str]:
        return [one.task.task for one in self._made()]

    def _made(self) -> list[TrueTask]:
        return made_tasks(self.tasks, ARRIVALS, self.seed)

    def _run(self, target: TargetPolicy, again: set[str]) -> tuple[Events, dict[str, Means]]:
        made = self._made()
        market = Market(four_pools(made[0].task.classes), made, self.seed, expert_usd=EXPERT_USD)
        settings = Settings(
            seed=self.seed,
            audit=AuditSettings(share=self.audit),
            project=ProjectSettings(delay_usd_per_hour=0.02),
        )
        engine = Engine(settings, Brain(settings))
        _decide_again(engine, settings, target, again)
        recorded = Recorded(engine)
        outcome = Drive(recorded, market, settings.clock.max_jump_s / 2).run(market.events())
        each = {
            name: _of(given, outcome.first[name], market.tasks[name].truth)
            for name, given in outcome.verdicts.items()
        }
        return recorded.events, each


def _decide_again(
    engine: Engine, settings: Settings, target: TargetPolicy, again: set[str]
) -> None:
    decider, decisions = engine._decider, engine._decisions
    policy = Again(decisions.policy, target)
    decisions.policy = policy
    other = msgspec.structs.replace(settings, seed=settings.seed + AGAIN)
    decide = decider.decide

    def one(
        desk: Desk, state: TaskState, why: DecisionReason, room: Room | None = None
    ) -> list[Output]:
        policy.again = state.task.task in again
        decisions._settings = other if policy.again else settings
        return decide(desk, state, why, room)

    decider.decide = one  # type: ignore[method-assign]  # so the policy knows whose context it gets


def _of(given: Verdict, first: Verdict, truth: str) -> Means:
    """Means of one task: its first verdict, and what all of its labels cost."""
    right = float(first.answer == truth)
    value = given.worth_usd * right - given.usd
    return Means(right, first.confidence or 0.0, given.usd, first.delay_s, value)


def _table(each: dict[str, Means], names: Iterable[str]) -> Floats:
    return np.array([each[name] for name in names if name in each])
