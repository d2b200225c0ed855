"""Task ids that a log has used again: which task of an id an event is about.

A task's id is free again once the task is forgotten. Its decisions are numbered from 1, so another
decision 1 begins another task, and all events of a task lie between its first decision and the next
task's. Names tell the tasks of an id apart: `t1`, `t1 (2)`, `t1 (3)`.
"""

from __future__ import annotations

from bisect import bisect_right


class ReusedIds:
    """The tasks of each id that was used again, by the times of their first decisions.

    Examples
    --------
    >>> ids = ReusedIds()
    >>> ids.begin("t1", at=100.0)
    't1 (2)'
    >>> ids.newest("t1"), ids.at("t1", 99.0), ids.at("t1", 100.0), ids.at("t2", 100.0)
    ('t1 (2)', 't1', 't1 (2)', 't2')
    """

    def __init__(self) -> None:
        self._later: dict[str, list[float]] = {}

    def begin(self, task: str, at: float) -> str:
        """Return the name of another task of an id that is known, which begins at `at`."""
        self._later.setdefault(task, []).append(at)
        return self.newest(task)

    def newest(self, task: str) -> str:
        """Return the name of the task of an id that began last."""
        return _name(task, len(self._later.get(task, ())))

    def at(self, task: str, at: float) -> str:
        """Return the name of the task of an id that a decision or verdict of `at` is about."""
        return _name(task, bisect_right(self._later.get(task, ()), at))


def _name(task: str, later: int) -> str:
    return task if later == 0 else f"{task} ({later + 1})"
