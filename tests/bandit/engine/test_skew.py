"""A tick is compared with when the log took it, by its own clock, where that is known."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.engine.ticks import believe
from bandit.errors import ConfigError, EventError
from bandit.events import DeadLetter, Tick
from bandit.settings import ClockSettings, Settings, check
from bandit.task.state import DeskState
from tests.bandit.small import SETTINGS, TASK, change, engine, kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY_S = 86_400.0


def refused(out: Sequence[object]) -> list[str]:
    return [one.rule for one in out if isinstance(one, DeadLetter)]


@pytest.mark.parametrize("skew_s", [30.5, -30.5, 3000.0, -3000.0, 365 * DAY_S])
def test_a_tick_far_from_when_it_was_written_changes_nothing(skew_s: float) -> None:
    made = engine(TASK)
    made.receive(Tick(at=1e6), logged_at=1e6)
    made.keep()
    for number in range(20):
        at = 1e6 + number
        assert refused(made.receive(Tick(at=at + skew_s), logged_at=at)) == ["tick_skew"]
    assert made.changes() == []
    assert made.now(0) == 1e6


def test_one_that_agrees_is_believed_however_far_ahead_it_is() -> None:
    made = engine(TASK)
    out = made.receive(Tick(at=30 * DAY_S), logged_at=30 * DAY_S - 29.0)
    assert kinds(out) == ["Reward", "Decision", "Ask"]
    assert made.now(0) == 30 * DAY_S


def test_without_the_logs_time_five_in_a_row_are_needed_as_before() -> None:
    made = engine()
    rules = [refused(made.receive(Tick(at=DAY_S + number))) for number in range(5)]
    assert rules == [["tick_ahead"]] * 4 + [[]]


def test_a_reset_is_compared_too() -> None:
    made = engine()
    out = made.receive(Tick(at=DAY_S, reset=True), logged_at=0.0)
    assert refused(out) == ["tick_skew"]
    assert made.now(0) == 0.0


def test_times_that_are_made_up_are_not_compared_if_the_settings_say_so() -> None:
    settings = check(change(SETTINGS, clock=ClockSettings(max_skew_s=math.inf)))
    made = engine(settings=settings)
    assert made.receive(Tick(at=50.0), logged_at=1.8e9) == []
    assert refused(made.receive(Tick(at=DAY_S), logged_at=DAY_S)) == ["tick_ahead"]


@pytest.mark.parametrize("limit_s", [0.0, -1.0, math.nan])
def test_the_limit_is_a_time(limit_s: float) -> None:
    with pytest.raises(ConfigError, match=r"clock\.max_skew_s"):
        check(Settings(clock=ClockSettings(max_skew_s=limit_s)))


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(-1e6, 1e6)), max_size=30))
def test_no_sequence_of_ticks_takes_a_desk_further_from_the_logs_time_than_clocks_may_be(
    ticks: list[tuple[float, float]],
) -> None:
    state, latest = DeskState(), 0.0
    for passed_s, skew_s in ticks:
        latest += passed_s
        with suppress(EventError):
            believe(state, Tick(at=latest + skew_s), ClockSettings(), latest)
        assert state.now is None or state.now <= latest + 30.0
