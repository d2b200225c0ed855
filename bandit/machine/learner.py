"""The learner: scores of classes from features, taught by replaying the last tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandit.machine.inputs import Inputs
from bandit.machine.network import Network
from bandit.machine.scales import Scales
from bandit.machine.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.machine.inputs import Input

Floats = NDArray[np.float64]


class Learner:
    """Inputs, their scales, the tasks that are kept, and the network that learns from them.

    Inputs of the network are 1, then the numbers, then the flags, in the order of their columns.

    Examples
    --------
    >>> learner = Learner()
    >>> learner.add_classes(2)
    >>> for i in range(40):
    ...     learner.learn(f"t{i}", {"x": float(i % 2)}, np.array([0.8, 0.2])[:: 1 - i % 2 * 2])
    >>> scores = learner.scores({"x": 1.0})
    >>> scores.argmax(), learner.scores({}) is None
    (np.int64(1), True)
    """

    def __init__(self) -> None:
        self.inputs = Inputs()
        self.scales = Scales(0)
        self.window = Window(0, 0, 0)
        self.network = Network(1, 0)

    def scores(self, features: Mapping[str, Input]) -> Floats | None:
        """Return log-chances of all classes up to a constant; `None` if no feature is known."""
        numbers, flags = self.inputs.encode(features)
        if not numbers and not flags:
            return None
        row = np.zeros(self.network.width, np.float32)
        row[0] = 1.0
        end = 1 + len(numbers)
        if numbers:
            row[1:end] = self.scales.standardise(np.array(numbers, np.float32))
        for at in flags:
            row[end + at] = 1.0
        return self.network.scores(row).astype(np.float64)

    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None:
        """Keep a task with its target over all classes, and take a step on it and on others."""
        self._give_columns(features)
        numbers, flags = self.inputs.encode(features)
        row = np.array(numbers or [np.nan] * len(self.inputs.anchors), np.float32)
        self.scales.learn(row)
        self._step(self.window.add(task, row, flags, target))

    def replace(self, place: int, target: Floats) -> None:
        """Give the task that is kept at `place` another target, and take a step."""
        self.window.targets[place] = target
        self._step(place)

    def forget(self, count: int) -> None:
        """Forget all but the last `count` tasks, and begin to learn from them anew."""
        self.window.keep_last(count)
        self.network = Network(self.network.width, self.network.classes)

    def add_classes(self, count: int) -> None:
        """Add classes, of which nothing is known."""
        self.window.grow(0, 0, count)
        self.network.add_classes(count)

    def _step(self, place: int) -> None:
        window, network = self.window, self.network
        places = window.replay(place)
        end = 1 + window.numbers.shape[1]
        rows = np.empty((len(places), network.width), np.float32)
        rows[:, 0] = 1.0
        rows[:, 1:end] = self.scales.standardise(window.numbers[places])
        rows[:, end:] = window.flags[places]
        network.learn(rows, window.targets[places].astype(np.float32))

    def _give_columns(self, features: Mapping[str, Input]) -> None:
        taken = self.inputs.learn(features)
        had, flags_had = self.window.numbers.shape[1], self.window.flags.shape[1]
        numbers = len(self.inputs.anchors) - had
        flags = len(self.inputs.flags.seen) - flags_had
        if numbers or flags:
            self.window.grow(numbers, flags, 0)
            self.scales.grow(numbers)
            if self.network.steps:
                self.network.insert(1 + had, numbers)
                self.network.insert(self.network.width, flags)
            else:  # the first task: draw weights for all its columns together
                width = self.network.width + numbers + flags
                self.network = Network(width, self.network.classes)
        for at in taken.numbers:
            self.scales.clear(at)
            self.network.clear(1 + at)
        for at in taken.flags:
            self.network.clear(1 + len(self.inputs.anchors) + at)
