"""A labeler who stays silent: where time is short or waiting costs, others are asked beside."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from bandit.decide.time_pressure import SILENT_AFTER
from bandit.decide.waiting import MOST_LABELS
from bandit.events import STOP, Control, Decision, Pool, Tick
from bandit.settings import PolicySettings, ProjectSettings, Settings
from tests.bandit.engine.test_beside import SLOW, WAITING_COSTS, asks, label, running, verdicts
from tests.bandit.engine.test_resume import Restarting, in_bytes
from tests.bandit.small import GOLD, TASK, change

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Input, Output

LATER = change(TASK, deadline_at=36_000.0)
AMPLE_S = 36_000.0 - MOST_LABELS * SLOW.expected_delay_s
"""Until then there is time for nine labels, one after the other."""
SILENT_S = SILENT_AFTER * SLOW.expected_delay_s
"""Time after which an ask counts as silent."""


def ticks(made: Engine | Restarting, to: float, since: float = 0.0) -> list[Output]:
    """What comes of a tick a minute."""
    times = range(int(since) + 60, int(to) + 1, 60)
    return [one for at in times for one in made.receive(Tick(at=float(at)))]


def look_at(made: Engine) -> float | None:
    state = made._desks.of(0).peek("t1")
    return None if state is None else state.look_at


def test_more_are_asked_beside_one_who_stays_silent_when_time_becomes_short() -> None:
    made = running()
    assert len(asks(made.receive(LATER))) == 1
    assert ticks(made, AMPLE_S) == []
    out = ticks(made, 35_940.0, AMPLE_S)
    assert len(asks(out)) >= 3
    assert made.open_asks() == 1 + len(asks(out))
    for decision in [one for one in out if isinstance(one, Decision)]:
        assert decision.why == "retry"
        assert decision.awaited > 0
        assert STOP not in decision.pmf
        assert math.fsum(decision.pmf.values()) == pytest.approx(1.0)


def test_the_same_beside_a_label_that_has_come() -> None:
    made = running()
    (first,) = asks(made.receive(LATER))
    (_,) = asks(label(made, first))
    assert len(asks(ticks(made, 35_940.0))) >= 2


def test_where_time_is_short_from_the_start_silence_has_more_asked() -> None:
    made = running()
    sent = len(asks(made.receive(change(TASK, deadline_at=9000.0))))
    assert 1 < sent < SLOW.asks_per_task
    assert asks(ticks(made, SILENT_S - 60.0)) == []
    assert asks(ticks(made, 8940.0, SILENT_S - 60.0))


def test_a_task_is_looked_at_when_time_is_short_and_an_ask_silent_and_else_never() -> None:
    made = running(change(SLOW, asks_per_task=2), change(SLOW, pool="b", asks_per_task=1))
    made.receive(LATER)
    seen = [look_at(made)]
    for at in range(60, 36_000, 60):
        made.receive(Tick(at=float(at)))
        if look_at(made) != seen[-1]:
            seen.append(look_at(made))
    times = [one for one in seen if one is not None]
    assert times == sorted(times)
    assert times[0] == pytest.approx(AMPLE_S, abs=0.01)
    assert len(times) <= 2 * made.open_asks()
    assert seen[-1] is None


def test_asks_that_expire_first_are_not_looked_at() -> None:
    made = running(change(SLOW, ask_timeout_s=SILENT_S - 1.0), settings=WAITING_COSTS)
    assert asks(made.receive(TASK))
    assert look_at(made) is None


@pytest.mark.parametrize(
    ("pool", "task", "policy"),
    [
        (change(SLOW, asks_per_task=1), LATER, PolicySettings()),
        (SLOW, TASK, PolicySettings()),
        (SLOW, LATER, PolicySettings(name="cheapest")),
        (change(SLOW, expected_delay_s=0.0), LATER, PolicySettings()),
    ],
)
def test_no_task_is_looked_at_again_that_can_have_no_more_asked(
    pool: Pool, task: object, policy: PolicySettings
) -> None:
    made = running(pool, settings=Settings(policy=policy))
    assert len(asks(made.receive(task))) == 1  # type: ignore[arg-type]
    assert look_at(made) is None


def test_an_ask_counts_as_silent_once_one_label_in_twenty_takes_longer() -> None:
    """With gamma delays of shape 2; it is replaced, and remains with its pool all the same."""
    late = (1.0 + 2.0 * SILENT_AFTER) * math.exp(-2.0 * SILENT_AFTER)
    assert late == pytest.approx(0.05, abs=1e-4)
    made = running(settings=WAITING_COSTS)
    sent = len(asks(made.receive(TASK)))
    assert 1 < sent < SLOW.asks_per_task
    assert look_at(made) == SILENT_S
    assert asks(ticks(made, SILENT_S - 60.0)) == []
    assert len(asks(ticks(made, SILENT_S + 60.0, SILENT_S - 60.0))) > 1
    ticks(made, 30_000.0, SILENT_S + 60.0)
    assert made.open_asks() == SLOW.asks_per_task


def test_whoever_is_quick_has_a_minute_all_the_same() -> None:
    """An ask may be as much younger than it seems as ticks are apart."""
    made = running(change(SLOW, expected_delay_s=1.0), settings=WAITING_COSTS)
    made.receive(Tick(at=30.0))
    made.receive(TASK)
    for at in (60.0, 89.0):
        assert made.receive(Tick(at=at)) == []
    assert asks(made.receive(Tick(at=90.0)))


def test_a_task_that_has_ended_is_looked_at_no_more() -> None:
    made = running()
    made.receive(LATER)
    assert look_at(made) is not None
    assert verdicts(made.receive(GOLD))
    assert look_at(made) is None
    assert ticks(made, 35_940.0) == []


@pytest.mark.parametrize(
    ("stop", "go"),
    [
        (Control(at=0.0, project="p", paused=True), Control(at=0.0, project="p")),
        (change(SLOW, open=False), SLOW),
        (change(SLOW, capacity_per_hour=0.0), SLOW),
    ],
)
def test_what_cannot_be_asked_then_is_asked_later(stop: Input, go: Input) -> None:
    """It is looked at again after twice the time, and so on: rarely, however long it takes."""
    made = running(settings=WAITING_COSTS)
    made.receive(TASK)
    made.receive(stop)
    assert asks(ticks(made, 2.0 * SILENT_S - 60.0)) == []
    assert look_at(made) == 2.0 * SILENT_S
    made.receive(go)
    assert asks(ticks(made, 2.0 * SILENT_S + 60.0, 2.0 * SILENT_S - 60.0))


def test_a_look_is_kept_over_restarts() -> None:
    straight, restarting = running(), Restarting(Settings())
    for event in (SLOW, Tick(at=0.0), LATER):
        restarting.receive(event)
        straight.receive(event)
    for at in range(600, 36_000, 600):
        restarting.restart(reload=False)
        said = in_bytes(straight.receive(Tick(at=float(at))))
        assert in_bytes(restarting.receive(Tick(at=float(at)))) == said


def test_a_batch_with_a_look_that_is_dropped_is_the_same_when_it_comes_again() -> None:
    made = running()
    made.receive(LATER)
    made.keep()
    said = in_bytes(ticks(made, 35_940.0))
    assert made.changes()
    made.drop()
    assert in_bytes(ticks(made, 35_940.0)) == said


def test_a_reset_of_the_clock_moves_the_look() -> None:
    made = running()
    made.receive(Tick(at=1000.0))
    made.receive(LATER)
    before = look_at(made)
    assert before is not None
    made.receive(Tick(at=400.0, reset=True))
    assert look_at(made) == before - 600.0


def test_however_dear_waiting_is_several_are_asked_where_one_must_be_awaited_anyway() -> None:
    """The first label's wait is spent: others at the same time cost no further wait."""
    counts = []
    for usd in (0.3, 3.0, 300.0):
        settings = Settings(project=ProjectSettings(delay_usd_per_hour=usd))
        counts.append(len(asks(running(settings=settings).receive(TASK))))
    assert min(counts) > 1
    assert counts == sorted(counts)


def test_a_task_ends_with_its_one_label_where_the_rest_is_silent_and_waiting_is_too_dear() -> None:
    settings = Settings(project=ProjectSettings(delay_usd_per_hour=30.0))
    made = running(settings=settings)
    first, *others = asks(made.receive(TASK))
    assert others
    assert not verdicts(label(made, first))
    (verdict,) = verdicts(ticks(made, SILENT_S + 60.0))
    assert (verdict.why, verdict.labels) == ("value", 1)
