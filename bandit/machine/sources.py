"""Sources of predictions: which of the user's own models there are, and what is hidden of them.

The machine labeler sees a prediction as inputs, one for each class. A source can be hidden from it:
then its inputs are missing. So one network foresees a task from features alone, from those and one
source, or from those and all that are believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.machine.inputs import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SOURCES = 8
"""Sources of a project that are judged; others wait until one was away for long."""


def input_name(source: str, name: str) -> str:
    """Return the name of the input that holds what a source says of a class."""
    return f"prediction {source} {name}"


class Sources(msgspec.Struct):
    """The sources of a project by their numbers, and those that are doubted."""

    known: Columns = msgspec.field(default_factory=lambda: Columns(SOURCES))
    doubted: list[bool] = []

    def meet(self, sources: Iterable[str], now: int) -> list[int]:
        """Give numbers to sources that have none; return those that are new or another's now."""
        new = []
        for source in sources:
            at = self.known.at.get(source)
            if at is not None:
                self.known.seen[at] = now
                continue
            given = self.known.take(source, now)
            if given is not None:
                new.append(given[0])
                self.doubted = [*self.doubted, False][: len(self.known.seen)]
                self.doubted[given[0]] = False
        return new

    def columns(self, names: Sequence[str], columns: Mapping[str, int]) -> list[list[int]]:
        """Return the columns of each source, from those of inputs by name."""
        of: list[list[int]] = [[] for _ in self.doubted]
        for source, at in self.known.at.items():
            inputs = [input_name(source, name) for name in names]
            of[at] = [columns[one] for one in inputs if one in columns]
        return of
