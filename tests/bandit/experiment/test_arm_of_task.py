"""A task keeps the arm of its arrival, over restarts, hours and other shares, in a running test."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.engine.engine import Engine
from bandit.events import Decision, Label, Pool, Reward, Task, Tick
from bandit.experiment.assign import arm_of
from bandit.experiment_settings import ArmSettings, ExperimentSettings
from bandit.learn.brain import Brain
from tests.bandit.experiment.running import HOLDOUT, engine_of, market, settings_of
from tests.bandit.market import wild_market

if TYPE_CHECKING:
    from bandit.settings import Settings

ARMS = {
    "control": ArmSettings(share=0.4),
    "bold": ArmSettings(share=0.4, rate=5.0, max_labels=4),
    "holdout": HOLDOUT,
}
SETTINGS = settings_of(ARMS)


@pytest.mark.parametrize("every", [7, 150])
def test_a_market_is_not_disturbed_by_restarts(every: int) -> None:
    """Desks are restored from their records, and all brains from their bytes."""
    history = wild_market(60).run(engine_of(SETTINGS))
    topic: dict[bytes, bytes | None] = {}
    pools = [event for event in history.received if isinstance(event, Pool)]
    engine = engine_of(SETTINGS)
    for number, (event, said) in enumerate(zip(history.received, history.outputs, strict=True)):
        assert msgspec.json.encode(engine.receive(event)) == msgspec.json.encode(said)
        if number % every != every - 1:
            continue
        topic.update({key: value for _, key, value in engine.changes()})
        data, own = engine.brain.to_bytes(), engine.brains.own_bytes()
        engine = engine_of(SETTINGS)
        engine.adopt(data, own)
        for described in pools:
            engine.receive(described)
        engine.restore(0, topic.items())
    assert any(one.arm == "bold" and one.brain == "own" for one in history.choices())


def test_a_task_has_one_arm_that_of_its_unit() -> None:
    history = wild_market(200).run(engine_of(SETTINGS))
    assert SETTINGS.experiment is not None
    for one in history.choices():
        assert one.arm == arm_of(SETTINGS.experiment, one.task, one.project, 0.0)
    assert {one.arm for one in history.choices()} == set(ARMS)


def test_in_a_switchback_a_task_keeps_the_arm_of_its_arrival_hour() -> None:
    hours = ExperimentSettings(name="h", unit="hour", arms=ARMS)
    settings = msgspec.structs.replace(SETTINGS, experiment=hours)
    first = next(h for h in range(100) if hour_arm(hours, h) != hour_arm(hours, h + 1))
    engine = engine_of(settings)
    engine.receive(Pool(pool="a", at=0.0, usd_per_label=0.01, ask_timeout_s=1800.0))
    end = 3600.0 * (first + 1)
    engine.receive(Tick(at=end - 10.0))
    tasks = [Task(task=f"t{i}", project="p", at=end - 5.0, classes=("y", "n")) for i in range(50)]
    asked = [event for task in tasks for event in engine.receive(task)]
    engine.receive(Tick(at=end + 10.0))
    late = [
        event
        for one in asked
        if isinstance(one, Decision)
        for event in engine.receive(label_of(one, end + 5.0))
    ]
    new = engine.receive(Task(task="new", project="p", at=end + 11.0, classes=("y", "n")))
    assert {one.arm for one in late if isinstance(one, Decision)} == {hour_arm(hours, first)}
    assert {one.arm for one in new if isinstance(one, Decision)} == {hour_arm(hours, first + 1)}


def hour_arm(hours: ExperimentSettings, hour: int) -> str:
    return arm_of(hours, "t", "p", 3600.0 * hour)


def label_of(one: Decision, at: float) -> Label:
    return Label(
        label=f"l{one.task}",
        task=one.task,
        ask=one.ask,
        pool=one.choice,
        labeler="w",
        answer="y",
        at=at,
    )


def begun(settings: Settings) -> tuple[dict[bytes, bytes | None], dict[str, str | None]]:
    """Desk records of forty tasks that have been asked about, and their arms."""
    engine = engine_of(settings)
    engine.receive(POOL)
    engine.receive(Tick(at=0.0))
    arms = {}
    for i in range(40):
        task = Task(task=f"t{i}", project="p", at=1.0, classes=("y", "n"))
        for one in engine.receive(task):
            if isinstance(one, Decision):
                arms[one.task] = one.arm
    return {key: value for _, key, value in engine.changes()}, arms


POOL = Pool(pool="b", at=0.0, usd_per_label=0.01)


def continued(settings: Settings, records: dict[bytes, bytes | None]) -> dict[str, Decision]:
    """The next decision of each of those tasks, with other settings."""
    engine = engine_of(settings)
    engine.receive(POOL)
    engine.restore(0, records.items())
    found = {}
    for i in range(40):
        label = Label(label=f"l{i}", task=f"t{i}", ask=1, pool="b", labeler="w", answer="y", at=2.0)
        for one in engine.receive(label):
            if isinstance(one, Decision):
                found[one.task] = one
    return found


def test_other_shares_move_no_task_that_has_arrived() -> None:
    records, arms = begun(SETTINGS)
    others = {name: msgspec.structs.replace(arm, share=1 / 3) for name, arm in ARMS.items()}
    after = continued(settings_of(others), records)
    assert {task: one.arm for task, one in after.items()} == arms


@pytest.mark.parametrize("later", [None, "y"])
def test_when_a_test_is_over_its_tasks_are_decided_by_the_policy(later: str | None) -> None:
    records, arms = begun(SETTINGS)
    settings = settings_of(ARMS, name=later or "x")
    if later is None:
        settings = msgspec.structs.replace(settings, experiment=None)
    after = continued(settings, records)
    assert after.keys() == arms.keys()
    for one in after.values():
        assert (one.experiment, one.arm, one.arm_pmfs, one.brain) == (None, None, {}, None)


def test_a_task_that_came_before_the_test_is_in_no_arm() -> None:
    records, _ = begun(msgspec.structs.replace(SETTINGS, experiment=None))
    after = continued(SETTINGS, records)
    assert {one.arm for one in after.values()} == {None}


def test_an_ask_of_the_test_keeps_its_arm_when_the_test_is_over() -> None:
    """Its reward says in which arm it was asked, though the task is closed by the policy."""
    records, arms = begun(SETTINGS)
    engine = Engine(msgspec.structs.replace(SETTINGS, experiment=None), Brain(SETTINGS))
    engine.receive(POOL)
    engine.restore(0, records.items())
    rewards = [
        one
        for at in range(300, 4000, 300)
        for one in engine.receive(Tick(at=float(at)))
        if isinstance(one, Reward)
    ]
    first = {one.task: one for one in rewards if one.ask == 1}
    assert {task: one.arm for task, one in first.items()} == arms
    assert {one.experiment for one in first.values()} == {"x"}
    assert {one.arm for one in rewards if one.ask > 1} <= {None}


def test_without_a_test_nothing_of_it_is_written() -> None:
    plain = msgspec.structs.replace(SETTINGS, experiment=None)
    history = market(60).run(engine_of(plain))
    for one in history.choices():
        assert (one.experiment, one.arm, one.arm_pmfs, one.brain) == (None, None, {}, None)
    orders = [one.ask for one in history.choices() if one.task == "t1"]
    assert all(later == earlier + 1 for earlier, later in pairwise(orders))
