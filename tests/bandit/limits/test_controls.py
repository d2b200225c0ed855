"""Controls: what an operator orders of a project is in force while it runs, as a pause is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.engine import ticks
from bandit.engine.engine import Engine
from bandit.events import STOP, Ask, Control, DeadLetter, Decision, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.settings import MemorySettings
from tests.bandit.ordered import (
    AUDITED,
    EXPERTS,
    GO_ON,
    PAUSE,
    PIN,
    SETTINGS,
    asks,
    capped,
    decisions,
    engine,
    label,
    several,
)
from tests.bandit.small import DECLINE, GOLD, POOL, TASK, change, kinds

if TYPE_CHECKING:
    from bandit.events import Input


def restarted(made: Engine, *events: Input) -> Engine:
    """Another engine that takes up what `made` has written, told `events` before."""
    made.keep()
    records = dict(made._desks.of(0)._records.kept)
    records[b"desk"] = made._desks.of(0)._state_kept
    other = engine(*events, settings=made.settings)
    other.restore(0, records.items())
    return other


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
    made = engine(EXPERTS)
    (ask,) = asks(made.receive(change(TASK, deadline_at=50.0)))
    made.receive(PAUSE)
    made.receive(label(ask))
    out = made.receive(Tick(at=50.0))
    assert kinds(out) == ["Decision", "Verdict", "Reward"]
    assert isinstance(out[1], Verdict)
    assert (out[1].why, out[1].answer) == ("deadline", "yes")
    made.receive(GO_ON)
    assert made.receive(Tick(at=51.0)) == []


def test_gold_closes_a_paused_task() -> None:
    made = engine(PAUSE, TASK)
    assert kinds(made.receive(GOLD)) == ["Decision", "Verdict", "Reward"]
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


def test_an_audit_that_is_paused_for_longer_than_its_task_is_remembered_is_given_up() -> None:
    short = change(AUDITED, memory=MemorySettings(remember_closed_s=100.0))
    made = engine(EXPERTS, settings=short)
    (first,) = asks(made.receive(change(TASK, deadline_at=50.0)))
    made.receive(label(first))
    made.receive(PAUSE)
    made.receive(Tick(at=50.0))
    made.receive(Tick(at=149.0))
    assert made._desks.of(0).task("t1") is not None
    made.receive(Tick(at=150.0))
    assert made._desks.of(0).task("t1") is None
    made.receive(GO_ON)
    assert made.receive(Tick(at=151.0)) == []


def test_a_task_that_no_pool_can_do_is_not_given_up_for_the_time_of_a_pause() -> None:
    short = change(SETTINGS, policy=change(SETTINGS.policy, give_up_s=100.0))
    made = engine(change(TASK, skills=("es",)), PAUSE, settings=short)
    assert made.receive(Tick(at=60.0)) == []
    made.receive(GO_ON)
    assert made.receive(Tick(at=150.0)) == []
    assert made.receive(Tick(at=249.0)) == []
    assert kinds(made.receive(Tick(at=250.0))) == ["Decision", "Verdict"]


def test_a_pause_costs_nothing_while_it_lasts_and_its_end_so_much_a_tick(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticks, "MOST_STEPS", 10)
    made = engine(PAUSE, change(PAUSE, project="q"))
    for number in range(35):
        made.receive(change(TASK, task=f"t{number:02}", project="p" if number < 25 else "q"))
    made.keep()
    for now in range(1, 200):
        made.receive(Tick(at=float(now)))
        assert [key for _, key, _ in made.changes()] == [b"desk"]
        made.keep()
    made.receive(GO_ON)
    made.receive(change(GO_ON, project="q"))
    served = [[ask.task for ask in asks(made.receive(Tick(at=200.0 + n)))] for n in range(5)]
    assert [len(some) for some in served] == [10, 10, 10, 5, 0]
    assert [task for some in served for task in some] == [f"t{n:02}" for n in range(35)]
    made.keep()
    made.drop()
    assert made._desks.of(0).halted.queues() == []


def test_a_restart_in_the_middle_of_a_pause_loses_no_task() -> None:
    made = restarted(engine(PAUSE, TASK, change(TASK, task="t2")), PAUSE)
    assert made.receive(Tick(at=1.0)) == []
    made = restarted(made, GO_ON)
    assert [ask.task for ask in asks(made.receive(Tick(at=2.0)))] == ["t1", "t2"]
    assert restarted(made, GO_ON).receive(Tick(at=3.0)) == []


# What a control is --------------------------------------------------------------------------


def test_the_newest_control_replaces_the_one_before_whole() -> None:
    made = engine(change(PIN, paused=True), PIN)
    assert {ask.pool for ask in several(made, 3)} == {"b"}
    made.receive(capped(100.0))
    assert {ask.pool for ask in several(made, 20, first=3)} == {"a", "b"}


def test_the_mode_of_the_machine_labeler_is_a_projects_and_on_unless_ordered() -> None:
    """Nothing else changes by it: the same is asked and decided."""
    made = engine(Control(at=0.0, project="p", machine="frozen"))
    modes = [made._eligibility.control(project).machine for project in ("p", "another")]
    assert modes == ["frozen", "on"]
    assert kinds(made.receive(TASK)) == ["Decision", "Ask"]
    made.receive(Control(at=1.0, project="p", machine="off", paused=True))
    assert made._eligibility.control("p").machine == "off"
    made.receive(Control(at=2.0, project="p"))
    assert made._eligibility.control("p").machine == "on"


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
        ("bad_field", "machine", Control(at=0.0, machine="off")),
        ("bad_field", "machine 'x'", Control(at=0.0, project="p", machine="x")),  # type: ignore[arg-type] # the mistake
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
