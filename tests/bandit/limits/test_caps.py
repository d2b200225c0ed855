"""Caps: what a project's asks may cost in a day, and who pays for what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.desk.queues import MOST_DECLINES
from bandit.events import STOP, Decision, Decline, Tick, Verdict
from bandit.settings import PolicySettings
from tests.bandit.ordered import (
    AUDITED,
    DAY_S,
    EXPERTS,
    GO_ON,
    PAUSE,
    SETTINGS,
    asks,
    capped,
    decisions,
    engine,
    label,
    several,
)
from tests.bandit.small import POOL, TASK, change

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Ask


def to_day(made: Engine, at: float) -> list[Ask]:
    """The asks that come of five ticks at `at`, so that a leap is believed."""
    return [ask for _ in range(5) for ask in asks(made.receive(Tick(at=at)))]


def test_a_pool_that_costs_more_than_is_left_today_is_not_eligible() -> None:
    made = engine(capped(0.27))
    seen = []
    for number in range(8):
        out = made.receive(change(TASK, task=f"t{number}"))
        seen += [(set(one.pmf), one.usd) for one in decisions(out)]
    left = 0.27
    for pools, usd in seen:
        assert pools == {name for name, price in (("a", 0.05), ("b", 0.2)) if price <= left + 1e-9}
        left -= usd
    assert left < 0.05


def test_a_task_waits_for_the_next_day_when_the_cap_is_used_up() -> None:
    slow = change(POOL, ask_timeout_s=10 * DAY_S)
    made = engine(change(POOL, pool="b", open=False), slow, capped(0.10))
    assert [ask.task for ask in several(made, 5)] == ["t0", "t1"]
    assert asks(made.receive(Tick(at=3600.0))) == []
    assert to_day(made, DAY_S - 1.0) == []
    assert [ask.task for ask in asks(made.receive(Tick(at=DAY_S)))] == ["t2", "t3"]
    assert [ask.task for ask in to_day(made, 2 * DAY_S)] == ["t4"]


def test_a_task_that_has_labels_enough_does_not_wait_for_the_next_day() -> None:
    enough = PolicySettings(name="uniform", labels_per_task=1, max_labels=2)
    made = engine(
        change(POOL, pool="b", open=False), capped(0.05), settings=change(SETTINGS, policy=enough)
    )
    (ask,) = several(made, 1)
    decision, verdict, *_ = made.receive(label(ask))
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (decision.pmf, verdict.why) == ({STOP: 1.0}, "value")


def test_a_raised_cap_lets_tasks_go_on_and_what_was_spent_stays_spent() -> None:
    made = engine(change(POOL, pool="b", open=False), capped(0.10))
    several(made, 5)
    made.receive(capped(0.20))
    assert [ask.task for ask in asks(made.receive(Tick(at=1.0)))] == ["t2", "t3"]
    made.receive(capped(0.05))
    assert asks(made.receive(Tick(at=2.0))) == []
    made.receive(GO_ON)
    assert [ask.task for ask in asks(made.receive(Tick(at=3.0)))] == ["t4"]


def test_a_cap_counts_what_was_spent_before_it_came() -> None:
    made = engine(change(POOL, pool="b", open=False))
    assert len(several(made, 3)) == 3
    made.receive(capped(0.20))
    assert len(several(made, 3, first=3)) == 1


def test_a_deadline_closes_a_task_that_waits_for_tomorrow() -> None:
    made = engine(capped(0.0))
    assert made.receive(change(TASK, deadline_at=50.0)) == []
    decision, verdict = made.receive(Tick(at=50.0))
    assert isinstance(decision, Decision)
    assert isinstance(verdict, Verdict)
    assert (verdict.why, verdict.basis) == ("deadline", "none")


def test_pools_that_cost_nothing_are_asked_whatever_the_cap() -> None:
    made = engine(change(POOL, pool="free", usd_per_label=0.0), capped(0.0))
    assert {ask.pool for ask in several(made, 3)} == {"free"}


@pytest.mark.parametrize(
    ("ends", "more"),
    [
        ("declined", 2),
        ("expired", 1),
        ("paid less", 1),
        ("paid as said", 0),
    ],
)
def test_an_ask_gives_back_what_it_did_not_cost(ends: str, more: int) -> None:
    """Each pays 0.10 of 0.20 for two tasks; what comes back pays for others."""
    dear = change(POOL, usd_per_label=0.1)
    made = engine(change(POOL, pool="b", open=False), dear, capped(0.20))
    first, second = several(made, 2)
    if ends == "declined":
        for ask in (first, second):
            for number in range(1, MOST_DECLINES + 1):
                made.receive(Decline(task=ask.task, ask=number, pool="a", at=1.0))
    elif ends == "expired":
        made.receive(change(PAUSE, usd_per_day=0.2))
        made.receive(label(first))
        made.receive(Tick(at=60.0))
        made.receive(capped(0.20))
    else:
        made.receive(change(PAUSE, usd_per_day=0.2))
        made.receive(label(first, usd=0.0 if ends == "paid less" else None))
        made.receive(capped(0.20))
    assert len(several(made, 3, first=2)) == more


def test_a_late_label_is_paid_of_the_day_of_its_ask() -> None:
    made = engine(change(POOL, pool="b", open=False), change(POOL, usd_per_label=0.1), capped(0.2))
    (ask,) = several(made, 1)
    made.receive(PAUSE)
    made.receive(Tick(at=60.0))
    made.receive(label(ask))
    made.receive(capped(0.2))
    assert len(several(made, 3, first=1)) == 1


def test_what_comes_back_of_yesterday_is_not_todays() -> None:
    slow = change(POOL, usd_per_label=0.1, ask_timeout_s=2 * DAY_S)
    made = engine(change(POOL, pool="b", open=False), slow, capped(0.1))
    (ask,) = several(made, 1)
    to_day(made, DAY_S)
    assert len(several(made, 1, first=1)) == 1
    made.receive(Decline(task=ask.task, ask=1, pool="a", at=DAY_S))
    assert several(made, 1, first=2) == []


def test_audits_count_and_wait_for_money_like_any_ask() -> None:
    slow = change(EXPERTS, ask_timeout_s=10 * DAY_S)
    made = engine(slow, capped(0.9), Tick(at=10.0), settings=AUDITED)
    audited: list[str] = []
    for number in range(3):
        out = made.receive(change(TASK, task=f"t{number}"))
        for name in (1, 2):
            for ask in asks(out):
                out = made.receive(label(ask, name, usd=0.0))
        audited += [ask.task for ask in asks(out)]
    assert audited == ["t0"]
    assert [ask.task for ask in to_day(made, DAY_S)] == ["t1"]
