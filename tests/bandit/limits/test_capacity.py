"""Capacity: no pool is asked more than it has room for, and tasks wait about in turn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.desk.desk import Desk
from bandit.desk.shares import WorkerDesks
from bandit.engine.engine import Engine
from bandit.events import Ask, Decision, Verdict
from bandit.learn.brain import Brain
from bandit.lifecycle.transitions import Transitions
from bandit.limits.budgets import Budgets
from bandit.limits.capacity import Capacity
from bandit.settings import AuditSettings, MemorySettings, PolicySettings, Settings
from bandit.task.state import TaskState
from tests.bandit.market import Crew, History, Market, Work, pool
from tests.bandit.small import TASK

SETTINGS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=1, max_labels=1),
    audit=AuditSettings(share=1e-9),
)


def run(
    *, capacity_per_hour: float, every_s: float, tasks: int, deadline_s: float | None = None
) -> History:
    crew = Crew(pool("a", capacity_per_hour=capacity_per_hour, timeout_s=600.0), delay_s=20.0)
    work = Work(tasks, every_s=every_s, deadline_s=deadline_s, tick_s=5.0)
    return Market([crew], work).run(Engine(SETTINGS, Brain(SETTINGS)))


def most_beyond(times: list[float], per_s: float) -> float:
    """Largest excess, over all windows, of the asks over what the rate alone allows."""
    excess, least, found = 0.0, 0.0, 0.0
    for number, at in enumerate(sorted(times)):
        excess = number - per_s * at
        least = excess if number == 0 else min(least, excess)
        found = max(found, excess - least + 1.0)
    return found


@pytest.mark.parametrize(("per_hour", "every_s"), [(60.0, 10.0), (720.0, 1.0), (6.0, 100.0)])
def test_no_window_holds_more_asks_than_the_rate_and_the_bucket_allow(
    per_hour: float, every_s: float
) -> None:
    history = run(capacity_per_hour=per_hour, every_s=every_s, tasks=120)
    times = [ask.at for ask in history.events(Ask)]
    bucket = max(1.0, per_hour / 12.0)
    assert len(times) == 120
    assert most_beyond(times, per_hour / 3600.0) <= bucket + 1e-6


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.floats(0.0, 100.0), min_size=1, max_size=60),
    st.floats(0.5, 10_000.0),
    st.sampled_from((1, 4, 10)),
)
def test_the_bucket_holds_whenever_one_asks(
    pauses: list[float], per_hour: float, partitions: int
) -> None:
    """Taking whenever there is room: never more than rate times window plus bucket."""
    desk = Desk(MemorySettings())
    room = Capacity(partitions, WorkerDesks([desk]))
    described = pool("a", capacity_per_hour=per_hour)
    now, times = 0.0, []
    for pause in pauses:
        now += pause
        room.fill(desk, [described], now)
        while room.free(desk, described):
            room.ask(desk, described)
            times.append(now)
        assert 0.0 <= room.scarcity_usd(desk, described, 1.0) <= 0.05 + 1e-12
    per_s = per_hour / partitions / 3600.0
    assert most_beyond(times, per_s) <= max(1.0, 300.0 * per_s) + 1e-6


def test_a_full_pool_is_used_to_the_full() -> None:
    """Tasks come at twice the rate: the pool gets at least nine tenths of what it has room for."""
    history = run(capacity_per_hour=360.0, every_s=5.0, tasks=400)
    times = [ask.at for ask in history.events(Ask)]
    assert (len(times) - 1) / (times[-1] - times[0]) > 0.9 * 360.0 / 3600.0


def test_waiting_tasks_are_served_about_in_the_order_they_came() -> None:
    """Tasks come at twice the rate: nobody is served more than a tenth of all places too late."""
    history = run(capacity_per_hour=360.0, every_s=5.0, tasks=400)
    served = [int(ask.task[1:]) for ask in history.events(Ask)]
    assert sorted(served) == list(range(400))
    assert max(place - task for place, task in enumerate(served)) <= 40


def test_a_program_without_queues_looks_once_a_second_at_most_however_fast_a_pool_is() -> None:
    desk, state = Desk(MemorySettings()), TaskState(task=TASK)
    fast = pool("a", capacity_per_hour=1e9)
    held = WorkerDesks([desk])
    moves = Transitions(MemorySettings(), Capacity(1, held), Budgets(1, held))
    moves.queue(desk, state, [fast], 100.0, 1.0)
    assert state.retry_at == 101.0


def test_a_deadline_closes_a_task_that_still_waits_without_an_answer() -> None:
    history = run(capacity_per_hour=60.0, every_s=5.0, tasks=100, deadline_s=300.0)
    verdicts = history.first_verdicts()
    assert len(verdicts) == 100
    unanswered = [verdict for verdict in verdicts if verdict.answer is None]
    assert 50 < len(unanswered) < 100
    for verdict in unanswered:
        assert (verdict.why, verdict.basis, verdict.confidence) == ("deadline", "none", None)
        assert verdict.usd == 0.0
        assert 300.0 <= verdict.delay_s <= 305.0
    assert max(verdict.delay_s for verdict in verdicts) <= 305.0


def test_a_price_rises_as_the_bucket_empties_and_is_logged() -> None:
    history = run(capacity_per_hour=120.0, every_s=10.0, tasks=60)
    first, *_, last = [
        decision for decision in history.events(Decision) if "a" in decision.scarcity_usd
    ]
    assert first.scarcity_usd["a"] == 0.0
    assert last.scarcity_usd["a"] > 0.03


def test_every_task_of_a_crowded_market_ends() -> None:
    history = run(capacity_per_hour=30.0, every_s=1.0, tasks=60)
    assert len(history.events(Verdict)) == 60
    assert all(verdict.answer is not None for verdict in history.events(Verdict))
