"""The learner: scores of classes from features, taught by replaying the last tasks."""

from __future__ import annotations

from hashlib import shake_128
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandit.machine.inputs import Inputs
from bandit.machine.network import Network
from bandit.machine.scales import Scales
from bandit.machine.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.machine.inputs import Encoded, Input

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

OF_STEP = 2
"""New tasks of a step: with four, predictions lose .007 nats on ImageSegments (decision 37)."""
OF_IDLE_STEP = 8
"""The same where features have told nothing so far: the network goes on learning, at less cost."""


class Learner:
    """Inputs, their scales, the tasks that are kept, and the network that learns from them.

    Inputs of the network are 1, then the numbers, then the flags, in the order of their columns.

    Examples
    --------
    >>> learner = Learner()
    >>> learner.add_classes(2)
    >>> for i in range(40):
    ...     target = np.array([[0.8, 0.2]])[:, :: 1 - i % 2 * 2]
    ...     features = [{"x": float(i % 2)}]
    ...     encoded = [learner.inputs.encode(one) for one in features]
    ...     learner.learn(learner.add([f"t{i}"], features, encoded, target))
    >>> scores, nothing = learner.scores([learner.inputs.encode(of) for of in ({"x": 1.0}, {})])
    >>> scores.argmax(axis=1), nothing
    (array([1]), None)
    """

    def __init__(self) -> None:
        self.inputs = Inputs()
        self.scales = Scales(0)
        self.window = Window(0, 0, 0)
        self.network = Network(1, 0)

    @property
    def size_bytes(self) -> int:
        """Number of bytes of the tasks that are kept and of the weights; 0 before the first."""
        if not self.window.added:
            return 0
        return len(self.window) * self.window.row_bytes + 3 * self.network.weights.nbytes

    def scores(
        self, tasks: Sequence[Encoded], hidden: Sequence[Sequence[int]] = ((),)
    ) -> list[Floats | None]:
        """Return log-chances of all classes up to a constant, of tasks that are encoded.

        `hidden` are the columns of numbers that each view takes for missing. A task has the shape
        (views, classes); `None` if no feature of it is known.
        """
        known = [task for task in tasks if task[0] or task[1]]
        if not known:
            return [None] * len(tasks)
        rows = np.zeros((len(known), self.network.width), np.float32)
        rows[:, 0] = 1.0
        end = 1 + len(self.inputs.anchors)
        if end > 1:
            numbers = np.array([numbers for numbers, _ in known], np.float32)
            rows[:, 1:end] = self.scales.standardise(numbers)
        at = [(i, end + flag) for i, (_, flags) in enumerate(known) for flag in flags]
        if at:
            rows[tuple(zip(*at, strict=True))] = 1.0
        views = np.stack([_hiding(rows, columns) for columns in hidden], axis=1)
        scores = self.network.scores(views.reshape(-1, rows.shape[1])).astype(np.float64)
        found = iter(scores.reshape(len(known), len(hidden), -1))
        return [next(found) if numbers or flags else None for numbers, flags in tasks]

    def add(
        self,
        tasks: Sequence[str],
        features: Sequence[Mapping[str, Input]],
        encoded: Sequence[Encoded],
        targets: Floats,
        foreseen: Sequence[Floats | None] = (),
    ) -> list[int]:
        """Keep tasks with their targets over all classes; return their places.

        `foreseen` was foreseen of them by each view.
        """
        changed = [self._give_columns(of_task) for of_task in features]
        if any(changed):
            encoded = [self.inputs.encode(of_task) for of_task in features]
        lacking = [np.nan] * len(self.inputs.anchors)
        rows = np.array([numbers or lacking for numbers, _ in encoded], np.float32)
        self.scales.learn(rows)
        return self.window.add(tasks, rows, [flags for _, flags in encoded], targets, foreseen)

    def correct(self, targets: Mapping[int, Sequence[float] | Floats]) -> None:
        """Give the tasks that are kept at some places other targets."""
        for place, target in targets.items():
            self.window.targets[place] = target

    def learn(
        self,
        newest: Sequence[int],
        of_step: int = OF_STEP,
        hidden: Sequence[Sequence[int]] = ((),),
    ) -> None:
        """Take a step on each few of the `newest` tasks, and on others that are replayed.

        `hidden` are the columns that views hide. With several views, each task is learned as that
        with all believed predictions sees it, and as another does.
        """
        window, network = self.window, self.network
        places = window.replay(newest)
        n, of_each = places.shape
        end = 1 + window.numbers.shape[1]
        rows = np.empty((n, of_each, network.width), np.float32)
        rows[..., 0] = 1.0
        rows[..., 1:end] = self.scales.standardise(window.numbers[places])
        rows[..., end:] = window.flags[places]
        targets = window.targets[places].astype(np.float32)
        if len(hidden) > 1:
            rows = np.concatenate([_hiding(rows, hidden[1]), self._by_others(rows, hidden)], axis=1)
            targets = np.concatenate([targets, targets], axis=1)
        for start in range(0, n, of_step):
            x, q = (part[start : start + of_step] for part in (rows, targets))
            network.learn(x.reshape(-1, x.shape[2]), q.reshape(-1, q.shape[2]), len(x))

    def forget(self, count: int) -> None:
        """Forget all but the last `count` tasks, and begin to learn from them anew."""
        self.window.keep_last(count)
        self.network = Network(self.network.width, self.network.classes)

    def add_classes(self, count: int) -> None:
        """Add classes, of which nothing is known."""
        self.window.grow(0, 0, count)
        self.network.add_classes(count)

    def _by_others(self, rows: Singles, hidden: Sequence[Sequence[int]]) -> Singles:
        """Return each row as another view sees it, drawn of those that hide other columns."""
        others = [hidden[0], *(columns for columns in hidden[2:] if columns != hidden[1])]
        digest = shake_128(b"views %d" % self.window.added).digest(rows.shape[0] * rows.shape[1])
        draws = np.frombuffer(digest, np.uint8).reshape(rows.shape[:2]) % len(others)
        seen = rows.copy()
        for number, columns in enumerate(others):
            at = draws == number
            seen[at] = _hiding(seen[at], columns)
        return seen

    def _give_columns(self, features: Mapping[str, Input]) -> bool:
        """Give columns to what has none; return whether any task is encoded otherwise now."""
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
        return bool(numbers or flags or taken.numbers or taken.flags)


def _hiding(rows: Singles, columns: Sequence[int]) -> Singles:
    """Return rows in which some numbers are missing: shape (..., width)."""
    if not columns:
        return rows
    hiding = rows.copy()
    hiding[..., [1 + column for column in columns]] = 0.0
    return hiding
