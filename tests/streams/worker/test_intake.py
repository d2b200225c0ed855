"""The worker's intake goes by the engine's answer to a tick, not by the rules of dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bandit.engine.engine import Engine
from bandit.events import Tick
from bandit.learn.brain import Brain
from bandit.settings import Settings
from streams.config.config import WorkerSettings
from streams.log.codec import encode
from streams.log.log import Record
from streams.worker.intake import Intake
from streams.worker.timekeeper import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Callable


def intake_of(clock: Callable[[], float] | None) -> tuple[Intake, Timekeeper]:
    """An intake whose workers write ticks if they have a clock."""
    engine = Engine(Settings(), Brain(Settings()))
    time = Timekeeper(engine, clock, WorkerSettings())
    return Intake(engine, 1, time), time


def tick(at: float, *, reset: bool = False) -> Record:
    """A record that holds a tick."""
    event = Tick(at=at, reset=True) if reset else Tick(at=at)
    return Record("labels", 0, 0, None, encode(event))


@pytest.mark.parametrize("ours", [True, False])
def test_a_tick_that_is_not_believed_is_a_dead_letter_unless_it_is_ours(ours: bool) -> None:
    intake, time = intake_of((lambda: 5.0) if ours else None)
    assert intake.outputs(tick(5.0)) == []
    assert intake.now == 5.0
    assert len(intake.outputs(tick(90_000.0))) == (0 if ours else 1)
    assert intake.now == 5.0
    assert time.ticks_refused == (1 if ours else 0)
    assert time.not_believed == ({0} if ours else set())


@pytest.mark.parametrize("ours", [True, False])
def test_a_tick_that_breaks_another_rule_is_a_dead_letter_and_sets_no_time(ours: bool) -> None:
    intake, time = intake_of((lambda: 5.0) if ours else None)
    intake.outputs(tick(5.0))
    (letter,) = intake.outputs(tick(1e300))
    assert b'"rule":"bad_number"' in (letter.value or b"")
    assert intake.now == 5.0
    assert time.ticks_refused == 0


def test_a_clock_that_went_back_is_said_once_and_what_to_do() -> None:
    intake, _ = intake_of(lambda: 5.0)
    intake.outputs(tick(5.0))
    with capture_logs() as logs:
        intake.outputs(tick(4.0))
        intake.outputs(tick(4.5))
    (entry,) = logs
    assert (entry["event"], entry["log_level"]) == ("clock_not_believed", "warning")
    assert "the clock went back" in entry["why"]
    assert "poolwise doctor" in entry["do"]
