"""Time: a label that comes too late is worth nothing, and a limit on verdicts prices the wait."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.decide.waiting import discounted, in_time
from bandit.engine.engine import Engine
from bandit.events import Decision, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.settings import PolicySettings, ProjectSettings, Settings
from bandit.task.promptness import LEAST, MOST, delay_usd_per_hour, update_delay_price
from bandit.task.state import DeskState
from tests.bandit.market import Crew, History, Market, Work, pool
from tests.bandit.small import POOL, TASK, change, engine

TASKS = 1500
times = st.floats(0.0, 1e9)


@given(times, times, times)
def test_more_time_is_never_a_smaller_chance(wait_s: float, left_s: float, more_s: float) -> None:
    assert 0.0 <= in_time(wait_s, left_s) <= in_time(wait_s, left_s + more_s) <= 1.0


@given(st.floats(-10.0, 10.0), st.floats(0.0, 10.0), st.floats(0.0, 1.0))
def test_a_label_that_may_come_late_is_worth_no_more_and_costs_at_most_its_price(
    value_usd: float, cost_usd: float, chance: float
) -> None:
    gain = max(0.0, value_usd + cost_usd)
    worth = discounted(gain - cost_usd, cost_usd, chance)
    assert -cost_usd - 1e-9 <= worth <= gain - cost_usd + 1e-9


def test_near_the_deadline_the_pool_is_asked_that_may_still_answer() -> None:
    """The better pool takes an hour: it leads while there are days, and not with a minute left."""
    pools = (change(POOL, pool="slow", usd_per_label=0.04, expected_delay_s=3600.0),)
    values = []
    for deadline_at in (10 * 86_400.0, 60.0):
        made = engine(*pools, change(POOL, expected_delay_s=20.0), Tick(at=0.0))
        decision = made.receive(change(TASK, deadline_at=deadline_at))[0]
        assert isinstance(decision, Decision)
        values.append(decision.values_usd["slow"] - decision.values_usd["a"])
        assert decision.in_time["a"] >= decision.in_time["slow"]
    assert values[0] > 0.0 > values[1]


def test_a_deadline_before_any_pool_can_answer_closes_the_task_without_an_answer() -> None:
    """It is asked about, since somebody may be faster than ever; the value says not to hope."""
    made = engine(change(POOL, expected_delay_s=86_400.0), Tick(at=0.0))
    decision, _ask = made.receive(change(TASK, deadline_at=5.0))
    assert isinstance(decision, Decision)
    assert max(decision.values_usd.values()) < 0.0
    (verdict,) = [one for one in made.receive(Tick(at=5.0)) if isinstance(one, Verdict)]
    assert (verdict.why, verdict.answer) == ("deadline", None)


def test_without_a_deadline_nothing_is_logged_of_it() -> None:
    decision = engine().receive(TASK)[0]
    assert isinstance(decision, Decision)
    assert decision.in_time == {}


# A limit on the time to verdict ---------------------------------------------------------------


@lru_cache
def run(limit_s: float | None) -> History:
    """A slow pool that is nearly always right, and a fast one that is right at 7 of 10."""
    crews = [
        Crew(pool("slow", 0.02), 0.95, labelers=100, delay_s=900.0),
        Crew(pool("fast", 0.02), 0.80, labelers=100, delay_s=20.0),
    ]
    chosen = Settings(
        seed=3,
        policy=PolicySettings(explore_floor=0.005),
        project=ProjectSettings(target_accuracy=0.9, verdict_within_s=limit_s),
    )
    market = Market(crews, Work(TASKS, every_s=20.0, tick_s=10.0), 3)
    return market.run(Engine(chosen, Brain(chosen)))


def late(history: History, limit_s: float) -> float:
    verdicts = history.first_verdicts()[TASKS // 2 :]
    return sum(verdict.delay_s > limit_s for verdict in verdicts) / len(verdicts)


def test_a_limit_on_the_time_to_verdict_is_kept_by_19_of_20() -> None:
    """Over 750 verdicts; without the limit a third and more are late. Slack: 4 standard errors."""
    assert late(run(None), 600.0) > 0.3
    assert late(run(600.0), 600.0) < 0.05 + 0.032


def test_the_target_accuracy_is_still_reached_and_costs_more_labels() -> None:
    free, limited = run(None).first_verdicts(), run(600.0).first_verdicts()
    sure = [verdict.confidence or 0.0 for verdict in limited[TASKS // 2 :]]
    assert sum(sure) / len(sure) == pytest.approx(0.9, abs=0.03)
    assert sum(one.labels for one in limited) > sum(one.labels for one in free)


@given(st.lists(st.booleans(), max_size=200))
def test_the_price_of_waiting_stays_within_its_bounds(is_late: list[bool]) -> None:
    settings = Settings(project=ProjectSettings(verdict_within_s=60.0, delay_usd_per_hour=0.5))
    desk = DeskState()
    for each in is_late:
        update_delay_price(settings, desk, "p", 61.0 if each else 60.0)
    price = delay_usd_per_hour(settings, desk, "p", 2.0) - 0.5
    assert LEAST * 120.0 - 1e-9 <= price <= MOST * 120.0 + 1e-9
