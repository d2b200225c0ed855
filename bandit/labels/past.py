"""Tasks that have left the window: what they showed of classes and ambiguity fades.

Classes that were rare a year ago may be frequent now. So each task that leaves the window fades
those before it, and what is known of classes and levels rests on the last few thousand tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.ambiguity import LEVELS
from bandit.labels.labelers import CHAINS
from bandit.labels.some_classes import add_of_some

if TYPE_CHECKING:
    from bandit.labels.confusion import Floats
    from bandit.labels.window import LabeledTask

FADE = 0.9995
"""Factor on earlier tasks for each that leaves the window: a memory of 2,000 behind its 1,000."""


class Faded(NamedTuple):
    """What is to be taken off the counts of classes and of levels."""

    classes: Floats
    levels: Floats


class Past:
    """The part of the counts that is of tasks which have left the window.

    `classes` has the shape (chains, classes), `levels` (chains, levels + 1).
    """

    def __init__(self) -> None:
        self.classes = np.zeros((CHAINS, 0))
        self.levels = np.zeros((CHAINS, len(LEVELS) + 1))

    def widen(self, more: int) -> None:
        """Make room for more classes."""
        self.classes = np.pad(self.classes, ((0, 0), (0, more)))

    def take(self, gone: LabeledTask) -> Faded:
        """Take over a task that has left the window; return by how much earlier ones faded."""
        faded = Faded((1.0 - FADE) * self.classes, (1.0 - FADE) * self.levels)
        self.classes -= faded.classes
        self.levels -= faded.levels
        self.add(gone)
        return faded

    def add(self, gone: LabeledTask) -> None:
        """Add what a task showed."""
        if gone.shares is not None:
            add_of_some(gone.classes, self.classes, gone.shares)
        if gone.level is not None:
            self.levels += gone.level
