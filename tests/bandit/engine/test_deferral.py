"""Tasks wait for a better pool that is closed or full, where that is worth more than going on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.engine import engine as engine_module
from bandit.engine.deferral import Deferral
from bandit.engine.engine import Engine
from bandit.events import Decision, Task
from bandit.learn.brain import Brain
from bandit.settings import Settings
from replay.market.drive import Drive
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals
from replay.market_file.build import build_market
from replay.market_file.sections import MarketSpec, TasksSection
from tests.bandit.engine.test_resume import Restarting
from tests.bandit.ledger import Ledger
from tests.bandit.lifecycle.test_transitions import CheckedTransitions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk
    from bandit.events import Input, Output, Reward

SEED = 31
DAY = PoolSpec(
    name="day",
    usd_per_label=0.09,
    skill=0.97,
    labelers=12,
    spread=60.0,
    delay_s=240.0,
    capacity_per_hour=60.0,
)
CROWD = PoolSpec(name="crowd", usd_per_label=0.05, skill=0.70, labelers=40)
BURSTS = Arrivals(
    tasks_per_hour=20.0,
    deadline_s=86_400.0,
    value_usd=2.0,
    burst_factor=12.0,
    burst_every_s=28_800.0,
    burst_s=1800.0,
)
BY_DAY = msgspec.structs.replace(DAY, capacity_per_hour=150.0, hours=(8.0, 20.0))


def market(day: PoolSpec, arrivals: Arrivals, tasks: int = 700) -> MarketSpec:
    work = TasksSection(count=tasks, classes=2, features="none")
    return MarketSpec(pools=(day, CROWD), tasks=work, arrivals=arrivals)


FULL = market(DAY, BURSTS)
CLOSED = market(BY_DAY, msgspec.structs.replace(BURSTS, burst_factor=1.0, tasks_per_hour=10.0))


class Watched:
    """An engine that may be restarted; what it says is kept, and checked by a ledger."""

    def __init__(self, settings: Settings, restart_every: int = 0) -> None:
        self.held = Restarting(settings)
        self.ledger = Ledger(self.held.engine)
        self.decisions: list[Decision] = []
        self.most_waiting: Counter[str] = Counter()
        self._every, self._events = restart_every, 0

    @property
    def desk(self) -> Desk:
        return self.held.engine._desks.of(0)

    def receive(self, event: Input | Reward) -> list[Output]:
        out = self.held.receive(event)
        if not self._every:
            self.ledger.receive(event, out)
        self.decisions += [one for one in out if isinstance(one, Decision)]
        for name, number in self.desk.state.waiting.items():
            self.most_waiting[name] = max(self.most_waiting[name], number)
        self._events += 1
        if self._every and self._events % self._every == 0:
            self.held.restart(reload=False)
        return out

    def keep(self) -> None:
        if not self._every:  # restarting keeps
            self.held.engine.keep()


def run(
    spec: MarketSpec,
    restart_every: int = 0,
    seed: int = SEED,
    without_deadlines: bool = False,
) -> Watched:
    made, settings = build_market(spec, seed), Settings(seed=seed)
    watched = Watched(settings, restart_every)
    events: Iterable[Input] = made.events()
    if without_deadlines:
        events = (
            msgspec.structs.replace(event, deadline_at=None) if isinstance(event, Task) else event
            for event in events
        )
    Drive(watched, made, settings.clock.max_jump_s / 2).run(events)
    return watched


def never(*_: Any) -> None:
    """What `Deferral.better` returns where no task may wait."""


@pytest.mark.parametrize("spec", [FULL, CLOSED], ids=["full", "closed"])
def test_tasks_wait_by_the_table_and_are_counted_until_they_go_on(
    spec: MarketSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each decision has its pmf, floors and numbers as ever: the ledger checks them."""
    CheckedTransitions.made, CheckedTransitions.stages = Counter(), {}
    monkeypatch.setattr(engine_module, "Transitions", CheckedTransitions)
    watched = run(spec)
    assert sum(count for (name, *_), count in CheckedTransitions.made.items() if name == "defer")
    assert watched.most_waiting["day"] > 5
    assert not any(watched.desk.state.waiting.values())
    watched.ledger.close()


@pytest.mark.parametrize("spec", [FULL, CLOSED], ids=["full", "closed"])
def test_an_engine_restarted_while_tasks_wait_says_what_one_says_that_never_stopped(
    spec: MarketSpec,
) -> None:
    assert run(spec, restart_every=40).decisions == run(spec).decisions


def test_without_a_deadline_nothing_waits_for_a_better_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    as_ever = run(CLOSED, without_deadlines=True).decisions
    monkeypatch.setattr(Deferral, "better", never)
    assert as_ever == run(CLOSED, without_deadlines=True).decisions


def test_where_no_pool_closes_or_is_full_nothing_is_kept_of_it() -> None:
    """So such a market costs nothing, and its records have the bytes that they had."""
    always = msgspec.structs.replace(DAY, capacity_per_hour=2000.0)
    watched = run(market(always, BURSTS, tasks=200))
    state = watched.desk.state
    assert (state.hours, state.demand, state.shortfalls) == ({}, {}, {})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec", "least_usd"),
    [(market(DAY, BURSTS, 3000), 0.01), (market(BY_DAY, CLOSED.arrivals, 2000), 0.0)],
    ids=["full", "closed"],
)
def test_waiting_for_a_better_pool_earns_more(
    spec: MarketSpec, least_usd: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mean over two seeds, chosen once, above what the same tasks earn without waiting."""
    with_it = [_net(spec, seed) for seed in (31, 32)]
    monkeypatch.setattr(Deferral, "better", never)
    without = [_net(spec, seed) for seed in (31, 32)]
    assert sum(with_it) / 2 > sum(without) / 2 + least_usd


def _net(spec: MarketSpec, seed: int) -> float:
    """Dollars a task: the worth of right answers, less what labels cost."""
    made, settings = build_market(spec, seed), Settings(seed=seed)
    engine = Engine(settings, Brain(settings))
    outcome = Drive(engine, made, settings.clock.max_jump_s / 2).run(made.events())
    prices = made.usd_per_label()
    right = sum(one.answer == made.tasks[name].truth for name, one in outcome.first.items())
    usd = sum(prices[label.pool] for label in outcome.labels)
    return (2.0 * right - usd) / len(made.tasks)
