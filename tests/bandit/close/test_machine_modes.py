"""A machine labeler that is frozen answers and doesn't learn; one that is off does neither."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bandit.events import NO_ASK, Ask, Control, Decision, Gold, Label, Reward
from bandit.settings import Settings
from tests.bandit.labels.plays import blocks_of
from tests.bandit.small import DECLINE, GOLD, LABEL, SECOND, TASK, change, engine

if TYPE_CHECKING:
    from bandit.engine.engine import Engine
    from bandit.events import Input, MachineMode

FLAGS = ("yes", "no")


def control(mode: MachineMode, project: str = "p") -> Control:
    return Control(at=0.0, project=project, machine=mode)


def rewards(made: Engine, *events: Input) -> list[Reward]:
    out = [one for event in events for one in made.receive(event)]
    return [one for one in out if isinstance(one, Reward)]


@pytest.mark.parametrize(
    ("controls", "labels"),
    [
        ((), 2),
        ((control("on"),), 2),
        ((control("frozen"),), None),
        ((control("off"),), None),
        ((control("off", "q"),), 2),
        ((control("off"), control("on")), 2),
    ],
)
def test_rewards_say_whether_it_learns(controls: tuple[Control, ...], labels: int | None) -> None:
    made = engine(*controls, TASK)
    found = rewards(made, LABEL, SECOND)
    assert [one.machine_labels for one in found] == [labels, labels]
    alone = engine(*controls, TASK, DECLINE)
    found = [one for one in rewards(alone, GOLD) if one.ask == NO_ASK]
    assert [one.machine_labels for one in found] == [None if labels is None else 0]


def taught(made: Engine, tasks: range) -> None:
    """Let people, whose every fifth task has gold, label tasks that a feature tells apart.

    Blocks have one label: of a larger one, what people said before is learned when it is full.
    """
    with blocks_of(1):
        teach(made, tasks)


def teach(made: Engine, tasks: range) -> None:
    chance = random.Random(tasks.start)
    for number in tasks:
        truth = chance.choice(FLAGS)
        name = f"t{number}"
        out = list(made.receive(change(TASK, task=name, features={"flag": truth})))
        while out:
            event = out.pop(0)
            if isinstance(event, Ask):
                given = Label(
                    label=f"{name}/{event.ask}",
                    task=name,
                    ask=event.ask,
                    pool="a",
                    labeler=f"w{event.ask}",
                    answer=truth,
                    at=0.0,
                )
                out += made.receive(given)
            elif isinstance(event, Reward):
                made.receive(event)
        if number % 5 == 0:
            for event in made.receive(Gold(task=name, answer=truth, at=0.0)):
                if isinstance(event, Reward):
                    made.receive(event)


def prior(made: Engine, name: str) -> dict[str, float] | None:
    """Return the prior of the first decision about a task that the feature says is `yes`."""
    out = made.receive(change(TASK, task=name, features={"flag": "yes"}))
    (decision,) = [one for one in out if isinstance(one, Decision)]
    return decision.prior


def test_frozen_it_answers_as_before_and_learns_nothing() -> None:
    made = engine(settings=Settings())
    taught(made, range(200))
    before = prior(made, "probe")
    assert before is not None
    assert before["yes"] > 0.9
    made.receive(control("frozen"))
    project = made.brain.project("p")
    state = project.machine.saved()
    taught(made, range(1000, 1050))
    assert project.machine.saved() == state
    assert prior(made, "frozen") == before
    made.receive(control("off"))
    taught(made, range(2000, 2010))
    assert project.machine.saved() == state
    assert prior(made, "off") is None
    made.receive(control("on"))
    taught(made, range(3000, 3010))
    assert project.machine.saved() != state
