"""One tick does so much of what is due; the rest stays on the agenda for the next ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine import ticks
from bandit.events import Gold, Reward, Tick
from tests.bandit.engine.test_resume import Restarting, in_bytes
from tests.bandit.hostile import Play, plays, settings_of
from tests.bandit.small import LABEL, TASK, change, engine, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.engine.engine import Engine
    from bandit.events import Output
    from bandit.settings import Settings
    from tests.bandit.hostile import Move


def asked(count: int, **fields: object) -> Engine:
    """An engine with so many asks open, all of which expire at 60."""
    made = engine()
    for number in range(count):
        made.receive(change(TASK, task=f"t{number:04}", **fields))
    made.keep()
    return made


def expired(out: list[Output]) -> list[str]:
    return [one.task for one in out if isinstance(one, Reward)]


def test_asks_that_expire_at_once_are_worked_off_by_several_ticks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticks, "MOST_STEPS", 10)
    made = asked(25)
    served = []
    for _ in range(4):
        served.append(expired(made.receive(Tick(at=60.0))))
        served[-1].append(str(made.unfinished(0)))
    names = [f"t{number:04}" for number in range(25)]
    assert served == [
        [*names[:10], "True"],
        [*names[10:20], "True"],
        [*names[20:], "False"],
        ["False"],
    ]


def test_a_backlog_of_five_thousand_is_no_more_work_a_tick_than_one_of_a_thousand() -> None:
    made = asked(5_000)
    for _ in range(5):
        out = made.receive(Tick(at=100.0))
        assert len(expired(out)) == 1000
        assert len(made.changes()) <= 1001
        made.keep()
    assert expired(made.receive(Tick(at=100.0))) == []


def test_large_payloads_go_on_in_smaller_numbers() -> None:
    made = asked(30, payload="x" * 200_000)
    out = made.receive(Tick(at=60.0))
    assert len(expired(out)) == 6
    assert made.unfinished(0)


def test_an_answer_counts_though_the_tick_after_its_ask_had_no_time_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ticks, "MOST_STEPS", 1)
    made = asked(2)
    assert expired(made.receive(Tick(at=60.0))) == ["t0000"]
    assert kinds(made.receive(change(LABEL, task="t0001"))) == ["Decision", "Ask"]
    assert expired(made.receive(Tick(at=61.0))) == []


def test_entries_that_do_nothing_any_more_take_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not in the records, so a desk that was restored has none of them."""
    monkeypatch.setattr(ticks, "MOST_STEPS", 3)
    made = asked(8)
    for number in range(5):
        made.receive(Gold(task=f"t{number:04}", answer="yes", at=1.0))
    assert expired(made.receive(Tick(at=60.0))) == ["t0005", "t0006", "t0007"]


@pytest.mark.parametrize("restart_every", [1, 3])
def test_a_restart_between_two_ticks_of_a_backlog_changes_nothing(
    restart_every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    @settings(max_examples=25, deadline=None)
    @given(plays, settings_of, st.integers(1, 3))
    def check(some: Sequence[Move], chosen: Settings, at_once: int) -> None:
        monkeypatch.setattr(ticks, "MOST_STEPS", at_once)
        play = Play(chosen)
        play.play(some)
        restarting = Restarting(chosen)
        for number, (event, out) in enumerate(
            zip(play.history.received, play.history.outputs, strict=True)
        ):
            assert in_bytes(restarting.receive(event)) == in_bytes(out)
            if number % restart_every == 0:
                restarting.restart(reload=False)

    check()
