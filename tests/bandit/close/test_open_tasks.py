"""Labels of an open task teach once there are two, and are judged when it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bandit.events import Reward, Tick
from bandit.labels.agreement import ENOUGH_LABELS
from bandit.settings import PolicySettings
from tests.bandit.small import LABEL, SECOND, SETTINGS, TASK, change, engine

if TYPE_CHECKING:
    from bandit.events import Output

THREE = replace(SETTINGS, policy=PolicySettings(min_labels=3))


def _rewards(out: list[Output]) -> list[tuple[int, int, str, str | None]]:
    return [
        (one.ask, one.revision, one.basis, one.previous_basis)
        for one in out
        if isinstance(one, Reward)
    ]


def test_two_labels_of_an_open_task_teach_before_it_closes() -> None:
    made = engine(change(TASK, deadline_at=900.0), settings=THREE)
    assert _rewards(made.receive(LABEL)) == []
    assert _rewards(made.receive(SECOND)) == [(1, 0, "open", None), (2, 0, "open", None)]
    closed = _rewards(made.receive(Tick(at=900.0)))
    assert closed[-2:] == [(1, 1, "consensus", "open"), (2, 1, "consensus", "open")]


def test_where_much_is_known_labels_wait_until_the_task_closes() -> None:
    made = engine(change(TASK, deadline_at=900.0), settings=THREE)
    made.brain.project("p").labels.labels = ENOUGH_LABELS
    made.receive(LABEL)
    assert _rewards(made.receive(SECOND)) == []
