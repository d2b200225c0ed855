"""Limits of open tasks: halted ones are counted apart, so neither kind stops the other."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Control, Pool, Task, Tick
from streams.config.config import WorkerSettings
from streams.worker.open_limits import LIMITS, MAX_HALTED, MAX_OPEN, Limit, limit_reached
from tests.bandit.fleet import BRAIN, SETTINGS


def engine(going: int, halted: int) -> Engine:
    """Return an engine with open tasks of a project that goes on, and of one that is paused."""
    made = Engine(SETTINGS, BRAIN)
    made.receive(Pool(pool="a", at=0.0, usd_per_label=0.05, ask_timeout_s=1e6))
    made.receive(Control(at=0.0, project="paused", paused=True))
    made.receive(Tick(at=0.0))
    for number in range(going):
        made.receive(Task(task=f"g{number}", project="going", at=0.0, classes=("yes", "no")))
    for number in range(halted):
        made.receive(Task(task=f"h{number}", project="paused", at=0.0, classes=("yes", "no")))
    return made


few = st.integers(0, 4)
limits = st.integers(1, 5)


@examples(max_examples=40)
@given(few, few, limits, limits)
def test_each_limit_is_reached_by_its_own_kind_of_task_alone(
    going: int, halted: int, max_open: int, max_halted: int
) -> None:
    """Of both the first counts: it is the one that ends by itself."""
    settings = WorkerSettings(max_open=max_open, max_halted=max_halted)
    reached = limit_reached(engine(going, halted), settings)
    assert (reached == MAX_OPEN) == (going >= max_open)
    assert (reached == MAX_HALTED) == (going < max_open and halted >= max_halted)


@examples(max_examples=20)
@given(few, limits)
def test_a_project_that_goes_on_again_counts_as_open_from_then_on(halted: int, most: int) -> None:
    made = engine(0, halted)
    made.receive(Control(at=0.0, project="paused"))
    made.receive(Tick(at=1.0))
    reached = limit_reached(made, WorkerSettings(max_open=most, max_halted=1))
    assert reached == (MAX_OPEN if halted >= most else None)


def test_limits_have_the_names_of_their_settings() -> None:
    assert set(LIMITS) == set(get_args(Limit))
    assert set(LIMITS) <= set(WorkerSettings.__struct_fields__)
