"""However many projects a producer names, the desk's record fits into one record of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.desk import records
from bandit.desk.room_for_projects import MOST_BYTES
from bandit.events import Ask, DeadLetter, Pool
from streams.kafka_log.producer import MAX_RECORD_BYTES
from tests.bandit.desk.test_idle_projects import LEARNS, label_a_task, state_of, wait_until
from tests.bandit.small import LABEL, TASK, change, engine

if TYPE_CHECKING:
    from bandit.engine.engine import Engine

LONGEST = 256


def name(number: int, width: int) -> str:
    return f"{number}".rjust(width, "p")


def size(made: Engine) -> int:
    return len(records.encode(state_of(made)))


def closed_tasks(made: Engine, count: int, width: int) -> list[str]:
    """Send a task of each of so many projects, and a label; return the rules of the letters."""
    rules: list[str] = []
    for number in range(count):
        task = change(TASK, task=f"t{number}", project=name(number, width))
        out = made.receive(task)
        rules += [one.rule for one in out if isinstance(one, DeadLetter)]
        if not rules:
            made.receive(change(LABEL, label=f"l{number}", task=f"t{number}", at=5.0))
    return rules


@pytest.mark.parametrize(("width", "count"), [(LONGEST, 1_000), (12, 7_000)])
def test_tasks_of_more_projects_than_fit_are_refused(width: int, count: int) -> None:
    made = engine(settings=LEARNS)
    rules = closed_tasks(made, count, width)
    assert set(rules) == {"too_many_projects"}
    assert MOST_BYTES < size(made) < MAX_RECORD_BYTES


def test_projects_that_are_known_go_on() -> None:
    made = engine(settings=LEARNS)
    label_a_task(made, "known", "first", 0.0)
    assert closed_tasks(made, 1_000, LONGEST)
    assert any(
        isinstance(one, Ask) for one in made.receive(change(TASK, task="x", project="known"))
    )


def test_open_tasks_count_before_anything_is_known_of_their_projects() -> None:
    """They wait in a queue or on an order, and fill the record when they close."""
    made = engine(settings=LEARNS)
    made.receive(Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=0.0))
    taken = [
        number
        for number in range(3_000)
        if not any(
            isinstance(one, DeadLetter)
            for one in made.receive(change(TASK, task=f"t{number}", project=name(number, LONGEST)))
        )
    ]
    assert 100 < len(taken) < 3_000
    made.receive(Pool(pool="a", at=0.0, usd_per_label=0.05))
    wait_until(made, 1.0)
    for number in taken:
        made.receive(change(LABEL, label=f"l{number}", task=f"t{number}", at=5.0))
    assert made.open_tasks() == 0
    assert size(made) < MAX_RECORD_BYTES


def test_batches_change_nothing_about_it() -> None:
    whole, parts = engine(settings=LEARNS), engine(settings=LEARNS)
    refused: list[list[int]] = [[], []]
    for number in range(1_000):
        task = change(TASK, task=f"t{number}", project=name(number, LONGEST))
        for made, numbers in zip((whole, parts), refused, strict=True):
            if any(isinstance(one, DeadLetter) for one in made.receive(task)):
                numbers.append(number)
        parts.note_positions(0, {"tasks": 10**number if number < 18 else 10**18})
        parts.changes()
        parts.keep()
    assert refused[0] == refused[1]
    assert refused[0]
