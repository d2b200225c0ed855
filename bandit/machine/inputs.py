"""Which column of the inputs a feature fills: at most 64 numbers and 128 flags a project.

A flag says that a category has a value, that a text has a word, or that a number is missing. A
value gets a flag of its own once it came `OFTEN` times; until then it shares one with all rare
values of its feature. If all columns are taken, a new one takes the place of the one that was away
longest, if none of the tasks that are kept has it; else it waits. Values are known by hashes: no
text is kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.machine.tokens import missing, rare, tokens
from bandit.machine.window import SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

Input = float | str
"""A feature as the machine labeler sees it: a number, or a category or short text."""
Encoded = tuple[list[float], list[int]]
"""The numbers of a task (NaN if missing), and its flags; both empty if none is known."""
NUMBERS, FLAGS = 64, 128
"""Columns that a project can have."""
OFTEN = 5
"""Times that a value must come before it has a flag of its own."""
CANDIDATES = 1_024
"""Rare values that are counted; beyond, all counts are halved (lossy counting, Manku 2002)."""
AWAY = SIZE
"""Tasks without it after which a column may be taken: then none that is kept has it."""
MOST = 1e30
"""Numbers are clipped here, which single precision can hold."""


class Columns(msgspec.Struct):
    """Columns of one kind by name or token, and the task at which each was seen last.

    Until the task `full_until`, no column is free.
    """

    most: int
    at: dict[str, int] = {}
    seen: list[int] = []
    full_until: int = 0

    def take(self, key: str, now: int) -> tuple[int, bool] | None:
        """Give `key` a column; return it and whether it was another's, or `None`: all are taken."""
        if len(self.seen) < self.most:
            self.at[key] = len(self.seen)
            self.seen.append(now)
            return self.at[key], False
        if now <= self.full_until:
            return None
        oldest = min(self.at, key=lambda other: self.seen[self.at[other]])
        self.full_until = self.seen[self.at[oldest]] + AWAY
        if now <= self.full_until:
            return None
        column = self.at.pop(oldest)
        self.at[key] = column
        self.seen[column] = now
        return column, True


class Taken(msgspec.Struct):
    """Columns that were taken over from others by the features of one task."""

    numbers: list[int] = []
    flags: list[int] = []


class Inputs(msgspec.Struct):
    """The columns of a project; `anchors` are first values, subtracted so that few digits suffice.

    Examples
    --------
    >>> inputs = Inputs()
    >>> inputs.learn({"length": 83.0, "lang": "en"})
    Taken(numbers=[], flags=[])
    >>> inputs.encode({"length": 85.0, "lang": "de"})
    ([2.0], [0])
    """

    tasks: int = 0
    numbers: Columns = msgspec.field(default_factory=lambda: Columns(NUMBERS))
    flags: Columns = msgspec.field(default_factory=lambda: Columns(FLAGS))
    anchors: list[float] = []
    candidates: dict[str, int] = {}

    def encode(self, features: Mapping[str, Input]) -> Encoded:
        """Return the numbers and the flags of a task."""
        anchors = self.anchors
        row = [math.nan] * len(anchors)
        flags: list[int] = []
        numbers, known = self.numbers.at, self.flags.at
        lacking = len(numbers)
        for name, value in features.items():
            if isinstance(value, str):
                for key in tokens(name, value):
                    at = known.get(key)
                    if at is None:
                        at = known.get(rare(name))
                    if at is not None:
                        flags.append(at)
            elif (at := numbers.get(name)) is not None:
                distance = value - anchors[at]
                row[at] = distance if -MOST < distance < MOST else math.copysign(MOST, distance)
                lacking -= 1
        if lacking:
            if lacking == len(numbers) and not flags:
                return [], []
            for name, at in numbers.items():
                if math.isnan(row[at]):
                    flag = known.get(missing(name))
                    if flag is not None:
                        flags.append(flag)
        return row, flags

    def learn(self, features: Mapping[str, Input]) -> Taken:
        """Give columns to features that have none; return those that were another's."""
        self.tasks = now = self.tasks + 1
        taken = Taken()
        numbers, seen = self.numbers.at, self.numbers.seen
        for name, value in features.items():
            if isinstance(value, str):
                for key in tokens(name, value):
                    self._learn_value(name, key, taken)
            elif (at := numbers.get(name)) is not None:
                seen[at] = now
            else:
                self._add_number(name, float(value), taken)
        if not numbers.keys() <= features.keys():
            for name in numbers:
                if name not in features:
                    self._flag(missing(name), taken)
        return taken

    def _add_number(self, name: str, value: float, taken: Taken) -> None:
        given = self.numbers.take(name, self.tasks)
        if given is None:
            return
        at, was_taken = given
        if was_taken:
            self.anchors[at] = value
            taken.numbers.append(at)
        else:
            self.anchors.append(value)

    def _learn_value(self, name: str, key: str, taken: Taken) -> None:
        at = self.flags.at.get(key)
        if at is not None:
            self.flags.seen[at] = self.tasks
            return
        count = self.candidates.pop(key, 0) + 1
        if count >= OFTEN and self._flag(key, taken):
            return
        self.candidates[key] = min(count, OFTEN)
        if len(self.candidates) > CANDIDATES:
            halved = {other: n // 2 for other, n in self.candidates.items()}
            self.candidates = {other: n for other, n in halved.items() if n}
        self._flag(rare(name), taken)

    def _flag(self, key: str, taken: Taken) -> bool:
        """Mark a flag as seen, giving it a column if it has none; return whether it has one."""
        at = self.flags.at.get(key)
        if at is not None:
            self.flags.seen[at] = self.tasks
            return True
        given = self.flags.take(key, self.tasks)
        if given is None:
            return False
        if given[1]:
            taken.flags.append(given[0])
        return True
