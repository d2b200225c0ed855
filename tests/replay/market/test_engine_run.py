"""A run of an engine through a market starts from nothing and hides no refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.counted import counted
from bandit.errors import BadValue
from bandit.events import Task
from bandit.settings import PolicySettings, Settings
from replay.market.engine_run import run_engine
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals, made_tasks

if TYPE_CHECKING:
    from bandit.events import Input, Verdict
    from replay.market.outcome import Outcome

SETTINGS = Settings(policy=PolicySettings(name="uniform", labels_per_task=2, max_labels=2))
seeds = st.integers(0, 1000)


def market(seed: int, tasks: int = 12) -> Market:
    made = made_tasks(tasks, Arrivals(tasks_per_hour=10.0), seed)
    return Market(four_pools(made[0].task.classes), made, seed)


def run(seed: int, verdicts: list[Verdict] | None = None) -> Outcome:
    made = market(seed)
    watch = None if verdicts is None else verdicts.append
    return run_engine(made, made.events(), SETTINGS, "a market", watch)


@settings(max_examples=4)
@given(seeds, seeds)
def test_a_run_learns_nothing_from_the_runs_before_it(seed: int, other: int) -> None:
    alone = run(seed)
    run(other)
    assert run(seed) == alone


@settings(max_examples=4)
@given(seeds)
def test_the_watcher_sees_every_verdict_in_the_order_in_which_it_was_given(seed: int) -> None:
    verdicts: list[Verdict] = []
    outcome = run(seed, verdicts)
    assert {each.task: each for each in verdicts} == outcome.verdicts
    assert {each.task: each for each in reversed(verdicts)} == outcome.first
    assert set(outcome.verdicts) == set(outcome.tasks)
    assert outcome == run(seed)


@settings(max_examples=4)
@given(seeds, st.integers(1, 3))
def test_a_run_whose_engine_refuses_events_is_an_error_that_counts_them(
    seed: int, repeated: int
) -> None:
    """A task that comes again with other classes is refused, whoever sends it."""
    made = market(seed)
    events: list[Input] = []
    for event in made.events():
        events.append(event)
        if isinstance(event, Task) and repeated:
            repeated -= 1
            events.append(msgspec.structs.replace(event, project="another"))
    count = len(events) - len(list(market(seed).events()))
    with pytest.raises(
        BadValue, match=rf"^a market: .*\({counted(count, 'such refusal')} in all\)$"
    ):
        run_engine(made, events, SETTINGS, "a market")
