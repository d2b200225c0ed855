"""A naive self-trainer in the machine labeler's place: it learns from verdicts, and is believed.

Its targets are the engine's own verdicts, those that it gave itself included, and its chances are
taken as they are. The network is the machine labeler's. What the machine labeler has and it lacks
is what this row measures: targets from people and gold alone, and a calibration by how well it
foresaw people's labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.engine.engine import Engine
from bandit.events import Task, Verdict
from bandit.learn.brain import Brain
from bandit.learn.lessons import inputs
from bandit.machine.labeler import FIRST_TASKS, MachineLabeler
from bandit.machine.learner import Learner
from replay.market.drive import Drive
from replay.market.outcome import taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Input, Output, Reward
    from bandit.learn.project import ProjectModel
    from bandit.machine.inputs import Input as Value
    from bandit.settings import Settings
    from replay.market.market import Market
    from replay.market.outcome import Outcome


class SelfTrainer(MachineLabeler):
    """The machine labeler's network, taught by verdicts alone, with its chances as they are."""

    def __init__(self, classes: Sequence[str]) -> None:
        super().__init__()
        self._names = {name: at for at, name in enumerate(classes)}
        self._network = Learner()
        self._network.add_classes(len(classes))
        self._taught = 0

    @property
    def is_ready(self) -> bool:
        return self._taught >= FIRST_TASKS

    @property
    def is_informative(self) -> bool:
        return self.is_ready

    def prior(self, classes: Sequence[str], features: Mapping[str, Value]) -> tuple[float, ...]:
        (scores,) = self._network.scores([self._network.inputs.encode(features)])
        if scores is None:
            return (1.0 / len(classes),) * len(classes)
        own = scores[0, [self._names[name] for name in classes]]
        grown = np.exp(own - own.max())
        return tuple((grown / grown.sum()).tolist())

    def learn(self, *_: object, **__: object) -> None:
        """Learn nothing from people."""

    def take(self, task: Task, answer: str) -> None:
        """Learn a verdict; a later one of the same task takes its place."""
        target = np.zeros(len(self._names))
        target[self._names[answer]] = 1.0
        place = self._network.window.find(task.task)
        if place is not None:
            self._network.correct({place: target})
            self._network.learn([place])
            return
        self._taught += 1
        features = inputs(task.features, {})
        encoded = self._network.inputs.encode(features)
        self._network.learn(self._network.add([task.task], [features], [encoded], target[None]))


class SelfTrainedBrain(Brain):
    """A brain whose projects all have one self-trainer."""

    def __init__(self, settings: Settings, trainer: SelfTrainer) -> None:
        super().__init__(settings)
        self._trainer = trainer

    def project(self, name: str) -> ProjectModel:
        """Return the models of a project, with the self-trainer among them."""
        model = super().project(name)
        model.machine = self._trainer
        return model


class SelfTrainedEngine:
    """An engine that shows its verdicts to the self-trainer."""

    def __init__(self, settings: Settings, classes: Sequence[str]) -> None:
        self._trainer = SelfTrainer(classes)
        self._engine = Engine(settings, SelfTrainedBrain(settings, self._trainer), partitions=1)
        self._tasks: dict[str, Task] = {}

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take one event in; return what follows from it."""
        if isinstance(event, Task):
            self._tasks[event.task] = event
        outputs = self._engine.receive(event)
        for output in outputs:
            if isinstance(output, Verdict) and output.answer is not None:
                self._trainer.take(self._tasks[output.task], output.answer)
        return outputs

    def keep(self) -> None:
        """Make the changes so far final."""
        self._engine.keep()


def self_trained_outcome(market: Market, settings: Settings) -> Outcome:
    """Let an engine with a self-trainer work through the market's tasks.

    Experts answer audits alone: else they would settle what the calibration, which has their gold,
    finds the self-trainer too sure of.
    """
    classes = next(iter(market.tasks.values())).task.classes
    policy = msgspec.structs.replace(settings.policy, escalate=False)
    engine = SelfTrainedEngine(msgspec.structs.replace(settings, policy=policy), classes)
    drive = Drive(engine, market, settings.clock.max_jump_s / 2)
    return taken(drive.run(market.events()), "self-trained")
