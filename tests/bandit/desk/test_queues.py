"""Queues: what is worth most goes first, projects take turns, and no room is left unused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from bandit.desk.queues import SLACK
from bandit.engine.engine import Engine
from bandit.events import Ask, Control, Label, Pool, Task, Tick, Verdict
from bandit.learn.brain import Brain
from bandit.settings import AuditSettings, PolicySettings, Settings
from tests.bandit.fleet import BRAIN

if TYPE_CHECKING:
    from bandit.events import Output

SETTINGS = Settings(
    policy=PolicySettings(name="uniform", labels_per_task=1, max_labels=1),
    audit=AuditSettings(share=1e-9),
)
HOURLY = Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=3600.0, ask_timeout_s=1e6)


def task(name: str, project: str = "p", **fields: Any) -> Task:
    return Task(task=name, project=project, classes=("yes", "no"), **({"at": 0.0} | fields))


def label(name: str, ask: int) -> Label:
    return Label(
        label=f"{name}/{ask}", task=name, ask=ask, pool="a", labeler="w", answer="yes", at=0.0
    )


def asked(out: list[Output]) -> list[str]:
    return [one.task for one in out if isinstance(one, Ask)]


def engine(*events: Any, settings: Settings = SETTINGS) -> Engine:
    made = Engine(settings, BRAIN)
    for event in events:
        made.receive(event)
    return made


@pytest.mark.parametrize("project", ["p", "q"])
def test_tasks_of_great_worth_with_a_deadline_do_not_wait_behind_thousands(project: str) -> None:
    """One ask a second: at 20 of the same project in 20 s, and of another in 40 s."""
    made = engine(HOURLY, Tick(at=0.0))
    for number in range(5000):
        made.receive(task(f"cheap-{number:04}", value_usd=1.0))
    for number in range(20):
        dear = task(f"dear-{number:02}", project, value_usd=100.0, deadline_at=60.0)
        assert made.receive(dear) == []
    served = [name for at in range(1, 45) for name in asked(made.receive(Tick(at=float(at))))]
    assert len([name for name in served if name.startswith("dear")]) == 20


def test_the_nearest_deadline_goes_first_and_then_whoever_came_first() -> None:
    made = engine(HOURLY, Tick(at=0.0), *(task(f"full-{n}") for n in range(300)))
    made.receive(task("late", at=3.0))
    made.receive(task("early", at=2.0))
    made.receive(task("soon", at=3.0, deadline_at=5000.0))
    made.receive(task("sooner", at=3.0, deadline_at=4000.0))
    served = [name for at in range(1, 5) for name in asked(made.receive(Tick(at=float(at))))]
    assert served == ["sooner", "soon", "early", "late"]


@pytest.mark.parametrize(("waiting", "new"), [(1, ["new"]), (2, [])])
def test_a_newcomer_leaves_room_for_those_that_wait(waiting: int, new: list[str]) -> None:
    """The tick of partition 1 makes two tokens, and tasks of partition 0 wait."""
    made = Engine(SETTINGS, BRAIN, 2)
    for event in (HOURLY, Tick(at=0.0)):
        made.receive(event, 0)
        made.receive(event, 1)
    for number in range(300 + waiting):
        made.receive(task(f"full-{number}"), 0)
    assert made.receive(Tick(at=4.0), 1) == []
    assert asked(made.receive(task("new"), 1)) == new
    assert len(asked(made.receive(Tick(at=0.0), 0))) == 2 - len(new)


def test_a_project_that_is_paused_while_it_waits_gives_its_turns_to_the_others() -> None:
    made = engine(HOURLY, Tick(at=0.0), *(task(f"full-{n}") for n in range(300)))
    for number in range(50):
        made.receive(task(f"p-{number}"))
        made.receive(task(f"q-{number}", "q"))
    made.receive(Control(at=0.0, project="p", paused=True))
    served = [name for at in range(1, 11) for name in asked(made.receive(Tick(at=float(at))))]
    assert [name[0] for name in served] == ["q"] * 10
    made.receive(Control(at=0.0, project="p"))
    served = [name for at in range(11, 21) for name in asked(made.receive(Tick(at=float(at))))]
    assert sorted(name[0] for name in served) == ["p"] * 5 + ["q"] * 5


def test_a_pool_that_is_closed_for_a_moment_does_not_end_the_tasks_that_wait_for_it() -> None:
    """Each has a label, so it ends where no pool is able to take it: one in a tick, not all."""
    twice = Settings(
        policy=PolicySettings(name="uniform", labels_per_task=2, max_labels=2),
        audit=AuditSettings(share=1e-9),
    )
    made = engine(HOURLY, Tick(at=0.0), settings=twice)
    for number in range(300):
        made.receive(task(f"t{number}"))
    for number in range(300):
        made.receive(label(f"t{number}", 1))
    made.receive(msgspec.structs.replace(HOURLY, open=False))
    out = [made.receive(Tick(at=at)) for at in (1.0, 2.0)]
    assert [sum(isinstance(one, Verdict) for one in some) for some in out] == [1, 1]
    made.receive(HOURLY)
    assert len(asked(made.receive(Tick(at=3.0)))) == 3


def test_entries_of_tasks_that_have_closed_do_not_pile_up() -> None:
    """They stand behind those that are served, so nobody would ever come to them."""
    made = engine(HOURLY, Tick(at=0.0), *(task(f"full-{n}") for n in range(300)))
    made.receive(task("dear", value_usd=100.0))
    for number in range(3 * SLACK):
        made.receive(task(f"cheap-{number}", deadline_at=0.5 + number // 100))
        if number % 100 == 0:
            made.receive(Tick(at=float(number // 100)))
            made.keep()
    queues = made._desks.of(0).queues
    assert queues._entries < SLACK + 200


def test_a_desk_of_before_there_were_queues_is_served_and_one_of_ours_can_be_read_by_it() -> None:
    """It had no `worth_usd` and went by `retry_at` alone, which is still written."""
    made = engine(HOURLY, Tick(at=0.0), *(task(f"full-{n}") for n in range(300)))
    for name, usd in (("cheap", 1.0), ("dear", 5.0)):
        made.receive(task(name, value_usd=usd))
    records = {key: value for _, key, value in made.changes() if value is not None}
    for name in ("cheap", "dear"):
        fields = msgspec.json.decode(records[b"task/" + name.encode()])
        assert 0.0 < fields["retry_at"] <= 2.0
        assert fields["waits_for"] == ["a"]
        del fields["worth_usd"]
        records[b"task/" + name.encode()] = msgspec.json.encode(fields)
    other = engine(HOURLY)
    other.restore(0, records.items())
    served = [name for at in (1.0, 2.0) for name in asked(other.receive(Tick(at=at)))]
    assert served == ["dear", "cheap"]


def test_money_that_comes_back_is_spent_on_tasks_that_still_wait_for_room() -> None:
    """A lack of money for a moment sends one task a tick to the next day, not the whole queue."""
    pool = msgspec.structs.replace(HOURLY, usd_per_label=1.0, ask_timeout_s=100.0)
    made = engine(pool, Control(at=0.0, project="p", usd_per_day=310.0), Tick(at=0.0))
    for number in range(1000):
        made.receive(task(f"t{number:04}"))
    before = [name for at in range(1, 100) for name in asked(made.receive(Tick(at=float(at))))]
    assert len(before) == 10
    assert made.halted_tasks() == 90
    after = [name for at in range(100, 200) for name in asked(made.receive(Tick(at=float(at))))]
    assert len(after) == 89 + 100  # the room that was saved up, and one a second


def test_a_task_that_was_stranded_waits_its_turn_in_the_queue_after_a_restart_too() -> None:
    """When to give it up is still on the live desk's agenda, at the time of its turn as it is."""
    give_up_s = SETTINGS.policy.give_up_s
    pool = msgspec.structs.replace(HOURLY, skills=("es",))
    made = Engine(SETTINGS, Brain(SETTINGS))
    made.receive(Tick(at=0.0))
    made.receive(task("cheap", skills=("es",), value_usd=0.5))
    for number in range(303):
        made.receive(task(f"dear-{number:03}", skills=("es",), value_usd=5.0))
    for at in range(3000, int(give_up_s) - 1, 3000):
        made.receive(Tick(at=float(at)))
    made.receive(pool)
    made.receive(Tick(at=give_up_s - 1.0))
    restored = Engine(SETTINGS, Brain(SETTINGS))
    restored.receive(pool)
    restored.restore(0, [(key, value) for _, key, value in made.changes()])
    made.keep()
    served = [asked(one.receive(Tick(at=give_up_s + 4.0))) for one in (made, restored)]
    assert served[0] == served[1]
    assert served[0][0].startswith("dear")
