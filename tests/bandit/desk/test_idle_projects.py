"""Projects that came and went leave on a desk no more than what they have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.desk import records
from bandit.desk.desk import Desk
from bandit.desk.idle_projects import IDLE_DAYS, forget_idle
from bandit.desk.resets import reset
from bandit.events import Tick
from bandit.settings import AuditSettings, ProjectSettings
from bandit.task.state import DeskState
from tests.bandit.small import LABEL, SETTINGS, TASK, change, engine

if TYPE_CHECKING:
    from bandit.engine.engine import Engine

DAY_S = 86_400.0
MANY = 50
LEARNS = msgspec.structs.replace(
    SETTINGS,
    policy=msgspec.structs.replace(SETTINGS.policy, labels_per_task=1, max_labels=1, min_labels=1),
    project=ProjectSettings(target_accuracy=0.9, verdict_within_s=600.0),
    audit=AuditSettings(share=1e-9, usd_per_day=1.0),
)


def label_a_task(made: Engine, project: str, task: str, at: float) -> None:
    """Close a task of a project by a label of its own."""
    made.receive(change(TASK, task=task, project=project, at=at))
    made.receive(change(LABEL, label=f"l-{task}", task=task, at=at + 5.0))


def wait_until(made: Engine, at: float) -> None:
    """Move the time, further than one tick alone may."""
    for _ in range(LEARNS.clock.confirmations):
        made.receive(Tick(at=at))


def state_of(made: Engine) -> DeskState:
    return made._desks.of(0).state


def learned(state: DeskState) -> set[str]:
    """Projects of which anything is known but what they have cost."""
    worth = {key.partition("\x1f")[0] for key in state.log_worth}
    return worth | {*state.log_delay, *state.label_usd, *state.unsure, *state.verdict_day}


def test_short_lived_projects_do_not_stay_in_the_record_of_a_desk() -> None:
    made = engine(settings=LEARNS)
    for number in range(MANY):
        label_a_task(made, f"short-{number}", f"t{number}", 0.0)
    label_a_task(made, "long", "t-long", 0.0)
    assert len(learned(state_of(made))) == MANY + 1
    before = len(records.encode(state_of(made)))
    wait_until(made, 40 * DAY_S)
    label_a_task(made, "long", "t-later", 40 * DAY_S)
    wait_until(made, IDLE_DAYS * DAY_S)
    assert len(learned(state_of(made))) == MANY + 1
    wait_until(made, (IDLE_DAYS + 1) * DAY_S)
    assert learned(state_of(made)) == {"long"}
    assert len(state_of(made).used_total_usd) == MANY + 1
    assert len(records.encode(state_of(made))) < before - 100 * MANY


def test_a_restored_desk_forgets_the_same() -> None:
    made = engine(settings=LEARNS)
    label_a_task(made, "p", "t1", 0.0)
    desk = made._desks.of(0)
    restored = Desk(LEARNS.memory)
    restored.restore(desk.changes())
    for state in (desk.state, restored.state):
        forget_idle(state, 200 * DAY_S)
        assert learned(state) == set()
    assert restored.state == desk.state


def test_numbers_of_an_older_release_are_kept_as_long_from_its_first_day_on() -> None:
    state = DeskState(unsure={"p": (9, 0.2)}, log_worth={"q\x1f0.95": 1.0})
    forget_idle(state, 1000 * DAY_S)
    forget_idle(state, (1000 + IDLE_DAYS) * DAY_S)
    assert learned(state) == {"p", "q"}
    forget_idle(state, (1001 + IDLE_DAYS) * DAY_S)
    assert learned(state) == set()


def test_a_project_is_not_kept_for_a_clock_that_was_ahead() -> None:
    state = DeskState(now=9000 * DAY_S, verdict_day={"p": 9000})
    reset(state, 10 * DAY_S)
    forget_idle(state, (11 + IDLE_DAYS) * DAY_S)
    assert state.verdict_day == {}
