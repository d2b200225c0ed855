"""A reset sets a desk's time back, and what lay in its future is due as if it had begun now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Ask, Control, DeadLetter, Gold, Pool, Reward, Tick
from bandit.learn.brain import Brain
from bandit.settings import MemorySettings
from tests.bandit.engine.test_resume import Restarting, in_bytes
from tests.bandit.hostile import Play, plays, settings_of
from tests.bandit.small import GOLD, LABEL, POOL, SETTINGS, TASK, change, engine, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Output
    from bandit.settings import Settings
    from tests.bandit.hostile import Move

YEAR_S = 365 * 86_400.0
PAUSE = Control(at=0.0, project="p", paused=True)


def back(at: float) -> Tick:
    return Tick(at=at, reset=True)


def a_year_ahead(*events: object) -> Engine:
    """An engine with one pool whose desk believes a clock that is a year ahead."""
    made = engine()
    for _ in range(5):
        made.receive(Tick(at=YEAR_S))
    for event in events:
        made.receive(event)  # type: ignore[arg-type]
    made.keep()
    return made


def the_ask(out: list[Output]) -> Ask:
    (found,) = [one for one in out if isinstance(one, Ask)]
    return found


def test_without_a_reset_right_ticks_are_refused_for_ever() -> None:
    made = a_year_ahead(TASK)
    assert [one.rule for one in made.receive(Tick(at=100.0)) if isinstance(one, DeadLetter)] == [
        "tick_back"
    ]


def test_an_ask_that_was_made_in_the_future_expires_its_length_after_the_reset() -> None:
    made = a_year_ahead(TASK)
    assert made.receive(back(100.0)) == []
    assert made.receive(Tick(at=159.0)) == []
    out = made.receive(Tick(at=160.0))
    assert kinds(out) == ["Reward", "Decision", "Ask"]
    assert (the_ask(out).at, the_ask(out).expires_at) == (160.0, 220.0)
    (reward,) = [one for one in out if isinstance(one, Reward)]
    assert reward.delay_s == 60.0


def test_a_reset_writes_nothing_but_the_desk_itself() -> None:
    """So a partition with a hundred thousand tasks is set right by one small record."""
    made = a_year_ahead(*(change(TASK, task=f"t{number}") for number in range(50)))
    assert made.receive(back(100.0)) == []
    assert [key for _, key, _ in made.changes()] == [b"desk"]


def test_closed_tasks_waiting_gold_and_pauses_are_brought_back_too() -> None:
    made = a_year_ahead(TASK, GOLD, change(GOLD, task="later"))
    made.receive(back(100.0))
    assert made.receive(Tick(at=199.0)) == []
    (letter,) = made.receive(Tick(at=200.0))
    assert isinstance(letter, DeadLetter)
    made.receive(Tick(at=1100.0))
    assert made._desks.of(0).task("t1") is None


def test_a_halted_task_is_looked_at_after_a_reset() -> None:
    made = a_year_ahead(PAUSE, TASK)
    made.receive(back(100.0))
    made.receive(Control(at=1.0, project="p"))
    assert the_ask(made.receive(Tick(at=101.0))).at == 101.0


def test_a_task_that_waits_for_room_is_served_after_a_reset() -> None:
    slow = change(POOL, capacity_per_hour=60.0, ask_timeout_s=10_000.0)
    made = a_year_ahead(slow, *(change(TASK, task=f"t{number}") for number in range(9)))
    waiting = made._desks.of(0).state.open_tasks - made.open_asks()
    assert waiting > 0
    made.receive(back(100.0))
    asked = [one for at in range(101, 500) for one in made.receive(Tick(at=float(at)))]
    first = {one.task for one in asked if isinstance(one, Ask) and one.ask == 1}
    assert len(first) == waiting


def test_money_of_a_day_that_has_not_come_counts_today() -> None:
    capped = Control(at=0.0, project="p", usd_per_day=0.12)
    made = a_year_ahead(capped, TASK, change(TASK, task="t2"))
    made.receive(back(100.0))
    assert kinds(made.receive(change(TASK, task="t3"))) == []
    assert made._desks.of(0).state.used_usd == {"p": (0, 0.1)}


def test_a_reset_forwards_is_a_tick_that_is_believed_at_once() -> None:
    made = engine(TASK)
    assert kinds(made.receive(back(YEAR_S))) == ["Reward", "Decision", "Ask"]
    assert made.now(0) == YEAR_S


def test_a_label_of_an_ask_from_the_future_is_taken() -> None:
    made = a_year_ahead(TASK)
    made.receive(back(100.0))
    assert kinds(made.receive(LABEL)) == ["Decision", "Ask"]


def test_a_reset_that_is_dropped_never_was() -> None:
    made = a_year_ahead(TASK)
    made.receive(back(100.0))
    made.drop()
    assert made.now(0) == YEAR_S
    assert made.receive(Tick(at=YEAR_S + 59.0)) == []
    assert kinds(made.receive(Tick(at=YEAR_S + 60.0))) == ["Reward", "Decision", "Ask"]


def test_a_second_reset_moves_what_the_first_one_had_moved() -> None:
    made = a_year_ahead(TASK)
    for _ in range(5):
        made.receive(back(50_000.0))
        made.keep()
    made.receive(back(100.0))
    assert kinds(made.receive(Tick(at=160.0))) == ["Reward", "Decision", "Ask"]


@settings(max_examples=60, deadline=None)
@given(
    plays,
    settings_of,
    st.lists(st.tuples(st.integers(0, 60), st.floats(-1e5, 1e5)), max_size=3),
    st.booleans(),
)
def test_what_a_desk_knows_after_resets_is_what_is_read_back(
    some: Sequence[Move], chosen: Settings, resets: list[tuple[int, float]], dropping: bool
) -> None:
    """The same events go to an engine that never stops, and to one that starts anew each time."""
    play = Play(chosen)
    play.play(some)
    straight, restarting = Engine(chosen, Brain(chosen)), Restarting(chosen)
    now = 0.0
    for number, event in enumerate(play.history.received):
        events = [back(now + by) for place, by in resets if place == number]
        for one in (*events, event):
            if dropping and not isinstance(one, Pool | Control | Reward):
                straight.keep()
                straight.receive(one)
                straight.drop()
            assert in_bytes(restarting.receive(one)) == in_bytes(straight.receive(one))
            restarting.restart(reload=False)
        now = straight.now(0) or 0.0


def test_resets_are_written_only_where_there_were_any() -> None:
    """Other desks' records stay as the release before wrote them."""
    made = a_year_ahead(TASK)
    made.receive(back(100.0))
    made.receive(LABEL)
    records = {key: value for _, key, value in made.changes()}
    assert b'"resets":[[31536000.0,100.0]]' in (records[b"desk"] or b"")
    assert b'"resets":1' in (records[b"task/t1"] or b"")
    before = engine(TASK)
    assert b"resets" not in b"".join(value or b"" for _, _, value in before.changes())


def test_gold_is_remembered_as_long_as_before() -> None:
    made = engine(settings=change(SETTINGS, memory=MemorySettings(gold_waits_s=50.0)))
    made.receive(Gold(task="t9", answer="yes", at=0.0))
    made.receive(back(10.0))
    assert made.receive(Tick(at=49.0)) == []
    assert len(made.receive(Tick(at=50.0))) == 1
