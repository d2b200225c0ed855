"""Controls: an operator pauses a project, pins it to a pool or caps its day, at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit import clock
from bandit.brain import Brain
from bandit.engine import Engine
from bandit.events import (
    STOP,
    Ask,
    Control,
    DeadLetter,
    Decision,
    Decline,
    Label,
    Tick,
    Verdict,
)
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.small import DECLINE, GOLD, POOL, TASK, change, kinds

if TYPE_CHECKING:
    from bandit.events import Input, Output

SETTINGS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=2, max_labels=2, min_labels=2),
    audit=AuditSettings(share=1e-9),
)
AUDITED = msgspec.structs.replace(SETTINGS, audit=AuditSettings(share=1.0))
EXPERTS = change(POOL, pool="experts", gold=True, usd_per_label=0.5)
PAUSE = Control(at=0.0, project="p", paused=True)
GO_ON = Control(at=1.0, project="p")
PIN = Control(at=0.0, project="p", pool="b")
DAY_S = 86_400.0


def engine(*events: Input, settings: Settings = SETTINGS) -> Engine:
    """An engine with the pools a and b that has received `events`."""
    made = Engine(settings, Brain(settings))
    for event in (POOL, change(POOL, pool="b", usd_per_label=0.2), Tick(at=0.0), *events):
        made.receive(event)
    return made


def restarted(made: Engine, *events: Input) -> Engine:
    """Another engine that takes up what `made` has written, told `events` before."""
    made.keep()
    records = dict(made._desks.of(0)._kept)
    records[b"desk"] = made._desks.of(0)._state_kept
    other = engine(*events, settings=made.settings)
    other.restore(0, records.items())
    return other


def label(ask: Ask, number: int = 1, usd: float | None = None) -> Label:
    return Label(
        label=f"{ask.task}/{ask.ask}",
        task=ask.task,
        ask=ask.ask,
        pool=ask.pool,
        labeler=f"w{number}",
        answer="yes",
        at=5.0,
        usd=usd,
    )


def asks(out: list[Output]) -> list[Ask]:
    return [one for one in out if isinstance(one, Ask)]


def decisions(out: list[Output]) -> list[Decision]:
    return [one for one in out if isinstance(one, Decision)]


# Pause --------------------------------------------------------------------------------------


def test_a_paused_project_takes_tasks_in_and_asks_nobody_until_it_goes_on() -> None:
    made = engine(PAUSE)
    assert made.receive(TASK) == []
    assert made.receive(Tick(at=1000.0)) == []
    assert made.open_tasks() == 1
    made.receive(GO_ON)
    decision, ask = made.receive(Tick(at=1001.0))
    assert isinstance(decision, Decision)
    assert isinstance(ask, Ask)
    assert (decision.why, decision.at, decision.control) == ("retry", 1001.0, None)


def test_a_pause_holds_one_project_and_no_other() -> None:
    made = engine(PAUSE)
    assert kinds(made.receive(change(TASK, project="q"))) == ["Decision", "Ask"]


def test_a_paused_task_takes_its_labels_and_declines_and_is_decided_when_it_goes_on() -> None:
    made = engine()
    (other,) = asks(made.receive(change(TASK, task="t2")))
    (ask,) = asks(made.receive(TASK))
    made.receive(PAUSE)
    assert made.receive(label(ask)) == []
    declined = change(DECLINE, task="t2", pool=other.pool)
    assert kinds(made.receive(declined)) == ["Reward"]
    made.receive(GO_ON)
    out = made.receive(Tick(at=1.0))
    assert kinds(out) == ["Decision", "Ask", "Decision", "Ask"]
    assert decisions(out)[0].labels == 1


def test_a_deadline_closes_a_paused_task_with_what_there_is() -> None:
    made = engine()
    (ask,) = asks(made.receive(change(TASK, deadline_at=50.0)))
    made.receive(PAUSE)
    made.receive(label(ask))
    out = made.receive(Tick(at=50.0))
    assert kinds(out) == ["Decision", "Verdict", "Reward"]
    assert isinstance(out[1], Verdict)
    assert (out[1].why, out[1].answer) == ("deadline", "yes")


def test_gold_closes_a_paused_task() -> None:
    made = engine(PAUSE, TASK)
    assert kinds(made.receive(GOLD)) == ["Decision", "Verdict"]
    made.receive(GO_ON)
    assert made.receive(Tick(at=1.0)) == []


def test_audits_of_a_paused_project_wait_too() -> None:
    made = engine(EXPERTS, settings=AUDITED)
    (first,) = asks(made.receive(change(TASK, deadline_at=50.0)))
    made.receive(label(first))
    made.receive(PAUSE)
    assert kinds(made.receive(Tick(at=50.0))) == [
        "Decision",
        "Reward",
        "Verdict",
        "Reward",
    ]
    made.receive(GO_ON)
    decision, ask = made.receive(Tick(at=51.0))
    assert isinstance(decision, Decision)
    assert isinstance(ask, Ask)
    assert (decision.why, ask.pool) == ("audit", "experts")


def test_a_pause_costs_nothing_while_it_lasts_and_its_end_so_much_a_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "WAKES", 10)
    made = engine(PAUSE)
    for number in range(35):
        made.receive(change(TASK, task=f"t{number:02}"))
    made.keep()
    for now in range(1, 200):
        made.receive(Tick(at=float(now)))
        assert [key for _, key, _ in made.changes()] == [b"desk"]
        made.keep()
    made.receive(GO_ON)
    served = [[ask.task for ask in asks(made.receive(Tick(at=200.0 + n)))] for n in range(5)]
    assert [len(some) for some in served] == [10, 10, 10, 5, 0]
    assert [task for some in served for task in some] == [f"t{n:02}" for n in range(35)]


def test_a_restart_in_the_middle_of_a_pause_loses_no_task() -> None:
    made = restarted(engine(PAUSE, TASK, change(TASK, task="t2")), PAUSE)
    assert made.receive(Tick(at=1.0)) == []
    made = restarted(made, GO_ON)
    assert [ask.task for ask in asks(made.receive(Tick(at=2.0)))] == ["t1", "t2"]


# Pin ----------------------------------------------------------------------------------------


def test_a_pinned_project_asks_its_pool_or_stops_and_says_so() -> None:
    made = engine(PIN)
    out = made.receive(TASK)
    for number in (1, 2):
        (decision,), (ask,) = decisions(out), asks(out)
        assert (set(decision.pmf), decision.control) == ({"b"}, "pin:b")
        assert decision.propensity == 1.0
        out = made.receive(label(ask, number))
    (stop,) = decisions(out)
    assert (stop.choice, stop.control) == (STOP, "pin:b")


def test_a_pin_may_stop_where_its_policy_may() -> None:
    chosen = Settings(audit=AuditSettings(share=1e-9))
    made = engine(PIN, settings=chosen)
    (ask,) = asks(made.receive(TASK))
    (decision,) = decisions(made.receive(label(ask)))
    assert set(decision.pmf) == {"b", STOP}


@pytest.mark.parametrize("pinned", ["b", "nobody"])
def test_a_task_waits_while_its_pinned_pool_is_closed_or_unknown(pinned: str) -> None:
    made = engine(change(POOL, pool="b", open=False), change(PIN, pool=pinned))
    assert made.receive(TASK) == []
    assert made.receive(Tick(at=30 * DAY_S)) != []  # too far ahead; believed below
    for n in range(1, 6):
        made.receive(Tick(at=30 * DAY_S + n))
    assert made.open_tasks() == 1
    made.receive(change(POOL, pool=pinned))
    (ask,) = asks(made.receive(Tick(at=30 * DAY_S + 6)))
    assert ask.pool == pinned


def test_a_task_that_its_pinned_pool_declined_waits_for_another_order() -> None:
    made = engine(PIN)
    (ask,) = asks(made.receive(TASK))
    out = made.receive(Decline(task="t1", ask=1, pool=ask.pool, at=1.0))
    assert kinds(out) == ["Reward"]
    made.keep()
    made.receive(Tick(at=10.0))
    assert [key for _, key, _ in made.changes()] == [b"desk"]
    made.receive(GO_ON)
    (again,) = asks(made.receive(Tick(at=11.0)))
    assert again.pool == "a"


def test_a_pinned_pool_without_room_is_waited_for() -> None:
    made = engine(change(POOL, pool="b", capacity_per_hour=60.0), PIN)
    for number in range(6):
        made.receive(change(TASK, task=f"t{number}"))
    assert made.open_asks() == 5
    later = [ask for n in range(1, 5) for ask in asks(made.receive(Tick(at=30.0 * n)))]
    assert [ask.task for ask in later if ask.ask == 1] == ["t5"]
    assert {ask.pool for ask in later} == {"b"}


def test_audits_go_to_the_experts_of_a_pinned_project_as_well() -> None:
    made = engine(EXPERTS, PIN, settings=AUDITED)
    (first,) = asks(made.receive(TASK))
    (second,) = asks(made.receive(label(first)))
    out = made.receive(label(second, 2))
    (audit,) = asks(out)
    assert audit.pool == "experts"
    assert [one.control for one in decisions(out)] == ["pin:b", None]


# Cap ----------------------------------------------------------------------------------------


def capped(usd: float) -> Control:
    return Control(at=0.0, project="p", usd_per_day=usd)


def several(made: Engine, count: int, first: int = 0) -> list[Ask]:
    """The asks about `count` further tasks."""
    some = range(first, first + count)
    return [ask for n in some for ask in asks(made.receive(change(TASK, task=f"t{n}")))]


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
            made.receive(Decline(task=ask.task, ask=1, pool="a", at=1.0))
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


# What a control is --------------------------------------------------------------------------


def test_the_newest_control_replaces_the_one_before_whole() -> None:
    made = engine(change(PIN, paused=True), PIN)
    assert {ask.pool for ask in several(made, 3)} == {"b"}
    made.receive(capped(100.0))
    assert {ask.pool for ask in several(made, 20, first=3)} == {"a", "b"}


@pytest.mark.parametrize("kept", [None, PIN])
def test_a_control_that_is_dropped_never_was(kept: Control | None) -> None:
    made = engine(*([] if kept is None else [kept]))
    made.keep()
    made.receive(PAUSE)
    made.receive(capped(0.0))
    assert made.receive(TASK) == []
    made.drop()
    decision, _ = made.receive(TASK)
    assert isinstance(decision, Decision)
    assert decision.control == (None if kept is None else "pin:b")


def test_tasks_that_were_woken_and_dropped_are_woken_again() -> None:
    made = engine(PAUSE, TASK)
    made.keep()
    made.receive(GO_ON)
    assert len(asks(made.receive(Tick(at=1.0)))) == 1
    made.drop()
    assert made.receive(Tick(at=1.0)) == []
    made.receive(GO_ON)
    assert len(asks(made.receive(Tick(at=2.0)))) == 1


def test_a_control_of_the_learning_changes_nothing_that_is_decided() -> None:
    made = engine(Control(at=0.0, frozen=True, snapshot=3))
    assert kinds(made.receive(TASK)) == ["Decision", "Ask"]


def test_a_control_belongs_to_no_partition() -> None:
    """It comes by a topic of its own; the desk of a partition that isn't held must not appear."""
    made = Engine(SETTINGS, Brain(SETTINGS), partitions=4)
    for event in (POOL, PAUSE, change(PAUSE, project="")):
        made.receive(event, 0)
    assert made._desks.held.desks == ()


@pytest.mark.parametrize(
    ("rule", "names", "control"),
    [
        ("bad_field", "paused", Control(at=0.0, paused=True)),
        ("bad_field", "pool", Control(at=0.0, pool="a")),
        ("bad_field", "usd_per_day", Control(at=0.0, usd_per_day=0.0)),
        ("bad_field", "frozen", Control(at=0.0, project="p", frozen=True)),
        ("bad_field", "snapshot", Control(at=0.0, project="p", snapshot=0)),
        ("bad_field", "'*'", Control(at=0.0, project="*", paused=True)),
        ("bad_id", "project", Control(at=0.0, project="")),
        ("bad_id", "pool", Control(at=0.0, project="p", pool="x" * 300)),
        ("reserved_name", "stop", Control(at=0.0, project="p", pool=STOP)),
        ("bad_number", "usd_per_day", Control(at=0.0, project="p", usd_per_day=-1.0)),
        ("bad_number", "usd_per_day", Control(at=0.0, project="p", usd_per_day=float("nan"))),
        ("bad_number", "snapshot", Control(at=0.0, snapshot=-1)),
        ("bad_number", "at", Control(at=float("inf"), project="p")),
    ],
)
def test_a_control_that_breaks_a_rule_is_a_dead_letter_and_orders_nothing(
    rule: str, names: str, control: Control
) -> None:
    made = engine()
    (letter,) = made.receive(control)
    assert isinstance(letter, DeadLetter)
    assert letter.rule == rule
    assert names in letter.message
    assert kinds(made.receive(TASK)) == ["Decision", "Ask"]


def test_a_decision_that_was_logged_before_there_were_controls_can_be_read() -> None:
    (decision,) = decisions(engine().receive(TASK))
    fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(decision))
    del fields["control"]
    assert msgspec.json.decode(msgspec.json.encode(fields), type=Decision) == decision
