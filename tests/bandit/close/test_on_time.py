"""An answer is on time that comes by its deadline, or with the tick that closes the task there."""

from __future__ import annotations

import pytest

from bandit.close.on_time import is_on_time
from bandit.events import Tick, Verdict
from tests.bandit.small import GOLD, LABEL, TASK, change, engine

DUE = change(TASK, deadline_at=50.0)


def closed(task: object, *events: object) -> Verdict:
    made = engine()
    for event in (task, *events):
        for one in made.receive(event):  # type: ignore[arg-type]
            if isinstance(one, Verdict):
                return one
    pytest.fail("no verdict")


@pytest.mark.parametrize(("at", "expected"), [(50.0, True), (55.0, True), (55.1, False)])
def test_the_tick_after_a_short_deadline_may_come_a_tenth_of_its_time_later(
    at: float, expected: bool
) -> None:
    verdict = closed(DUE, LABEL, Tick(at=at))
    assert (verdict.why, verdict.at) == ("deadline", at)
    assert is_on_time(verdict) is expected


@pytest.mark.parametrize(("at", "expected"), [(7200.0, True), (7260.0, True), (7260.1, False)])
def test_a_minute_at_most(at: float, expected: bool) -> None:
    """A worker that was down at the deadline answers late."""
    ticks = [Tick(at=float(seconds)) for seconds in range(600, 7200, 600)]
    verdict = closed(change(TASK, deadline_at=7200.0), LABEL, *ticks, Tick(at=at))
    assert verdict.why == "deadline"
    assert is_on_time(verdict) is expected


def test_no_answer_is_never_on_time() -> None:
    verdict = closed(DUE, Tick(at=50.0))
    assert verdict.answer is None
    assert is_on_time(verdict) is False


def test_an_answer_before_the_deadline_is_on_time() -> None:
    assert is_on_time(closed(DUE, GOLD)) is True


def test_without_a_deadline_nothing_is_late() -> None:
    assert is_on_time(closed(TASK, GOLD)) is None


def test_a_deadline_that_is_over_when_the_task_comes_leaves_no_time_for_a_tick() -> None:
    over = change(TASK, at=40.0, deadline_at=39.0)
    verdict = change(closed(over, Tick(at=40.0)), answer="yes", at=39.5, delay_s=0.0)
    assert is_on_time(verdict) is False
