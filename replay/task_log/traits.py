"""Traits that tasks can be sliced by: their own features, and their project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue, UnknownColumn, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Decision

PROJECT = "project"
OURS = "poolwise."
"""How features of the system begin: they say how busy we were, nothing of the task."""

NOT_GIVEN = "not given"
MOST = 50
"""Values of one name; more slices than that nobody reads, and each has few tasks."""


class Traits:
    """Names to slice by, looked at over all tasks before they are used.

    Raises
    ------
    BadValue
        If a name has more than 50 values.
    """

    def __init__(self, by: Sequence[str]) -> None:
        self.by = tuple(dict.fromkeys(by))
        self._known: set[str] = {PROJECT}
        self._values: dict[str, set[str]] = {name: set() for name in self.by}

    def look(self, first: Decision) -> None:
        """See what there is, by a task's first decision."""
        if not self.by:
            return
        self._known.update(
            name
            for name, value in first.features.items()
            if not name.startswith(OURS) and not isinstance(value, tuple)
        )
        for name, value in zip(self.by, self.of(first), strict=True):
            values = self._values[name]
            values.add(value)
            if len(values) > MOST:
                raise BadValue(
                    f"--by {name}: tasks have more than {MOST} values of it, {value!r} for one; "
                    "slices need a category of few values"
                )

    def check(self) -> None:
        """Refuse a name that no task has.

        Raises
        ------
        UnknownColumn
            The message names the nearest.
        """
        for name in self.by:
            if name not in self._known:
                raise UnknownColumn(f"--by {name}: no task has that{nearest(name, self._known)}")

    def of(self, first: Decision) -> tuple[str, ...]:
        """Value of each name, as text."""
        return tuple(_text(first, name) for name in self.by)


def _text(first: Decision, name: str) -> str:
    if name == PROJECT:
        return first.project
    value = None if name.startswith(OURS) else first.features.get(name)
    if value is None or isinstance(value, tuple):
        return NOT_GIVEN
    return value if isinstance(value, str) else f"{value:.15g}"
