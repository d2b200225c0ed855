"""The drive keeps time: in order, in steps that are believed, and to the end."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bandit.events import Ask, Decline, Label, Pool, Reward, Task, Tick, Verdict
from bandit.settings import Settings
from replay.market.drive import Drive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals, made_tasks
from tests.replay.market.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input

TICK_S = 600.0


def recorded(tasks: int = 40) -> Recording:
    """All that an engine received and put out in a drive through a market."""
    recording = Recording(Settings())
    made = made_tasks(tasks, Arrivals(tasks_per_hour=10.0), 1)
    market = Market(four_pools(made[0].task.classes), made, 1)
    Drive(recording, market, TICK_S).run(market.events())
    return recording


def test_ticks_go_forward_and_never_further_than_allowed() -> None:
    ticks = [event.at for event in recorded().received if isinstance(event, Tick)]
    steps = [b - a for a, b in pairwise(ticks)]
    assert min(steps) > 0
    assert max(steps) <= TICK_S + 1e-6


def test_what_comes_in_comes_at_its_time() -> None:
    now = 0.0
    for event in recorded().received:
        if isinstance(event, Tick):
            now = event.at
        elif isinstance(event, Task | Label | Decline):
            assert event.at == now


def test_every_reward_comes_back_at_once_and_once() -> None:
    recording = recorded()
    written = [one for one in recording.put_out if isinstance(one, Reward)]
    back = [one for one in recording.received if isinstance(one, Reward)]
    assert written
    assert written == back


def test_every_task_ends_in_a_verdict() -> None:
    recording = recorded()
    tasks = {one.task for one in recording.received if isinstance(one, Task)}
    assert {one.task for one in recording.put_out if isinstance(one, Verdict)} == tasks


class Nobody:
    """Labelers who never answer."""

    def answer(self, ask: Ask, now: float) -> Sequence[Label]:
        return []


def test_asks_that_nobody_answers_expire_and_their_tasks_end_without_an_answer() -> None:
    recording = Recording(Settings())
    pool = Pool(pool="p", at=0.0, usd_per_label=0.1, ask_timeout_s=900.0)
    task = Task(task="t", project="q", at=1.0, classes=("x", "y"))
    events: list[Input] = [pool, task]
    outcome = Drive(recording, Nobody(), TICK_S).run(events)
    assert outcome.expired == outcome.asks > 0
    assert outcome.verdicts["t"].answer is None
