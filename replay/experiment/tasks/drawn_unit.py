"""Whether tasks were assigned by the unit that a test is read by: else its intervals are wrong."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from bandit.experiment.assign import HOUR_S

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.experiment_settings import Unit

CHANCE = 1e-6
"""Of units whose tasks are all of one arm, if each task were drawn: once in a million tests."""

FEW, MANY = 0.04, 0.2
"""Tasks of another arm than most of their unit, over what drawing each task alone would give.

There are some, which are decided after their hour.
"""


@dataclass(slots=True)
class DrawnUnit:
    """Tasks by arm, of each hour and of each project."""

    arms: dict[tuple[str, str | int], Counter[str]] = field(default_factory=dict)

    def receive(self, arm: str, project: str, at: float) -> None:
        """Add a task."""
        for key in (("hour", int(at // HOUR_S)), ("project", project)):
            self.arms.setdefault(key, Counter())[arm] += 1

    def check(self, path: Path, unit: Unit) -> None:
        """Refuse another unit than the one that was drawn.

        Raises
        ------
        BadValue
            The message names the unit.

        Examples
        --------
        >>> from pathlib import Path
        >>> drawn = DrawnUnit()
        >>> for task in range(100):
        ...     drawn.receive("ab"[task // 25 % 2], "p", 3600.0 * (task // 25))
        >>> drawn.check(Path("x.db"), "hour")
        >>> drawn.check(Path("x.db"), "task")
        Traceback (most recent call last):
        ...
        bandit.errors.BadValue: x.db: tasks of an hour have one arm: use --unit hour, or --config
        """
        if unit != "task":
            if self._others(unit) > MANY:
                article = "an" if unit == "hour" else "a"
                raise BadValue(
                    f"{path}: tasks of {article} {unit} have several arms: this is no test by"
                    f" {unit}; use --unit task, or --config"
                )
            return
        drawn = self.drawn_by()
        if drawn != "task":
            words = "an hour" if drawn == "hour" else "a project"
            raise BadValue(
                f"{path}: tasks of {words} have one arm: use --unit {drawn}, or --config"
            )

    def drawn_by(self) -> Unit:
        """Return the unit that was drawn: the largest that has one arm for nearly all its tasks.

        Examples
        --------
        >>> drawn = DrawnUnit()
        >>> for task in range(100):
        ...     drawn.receive("ab"[task // 25 % 2], "p", 3600.0 * (task // 25))
        >>> drawn.drawn_by()
        'hour'
        """
        units: tuple[Unit, ...] = ("project", "hour")
        for unit in units:
            if self._is_certain(unit) and self._others(unit) < FEW:
                return unit
        return "task"

    def _others(self, unit: str) -> float:
        """Tasks of another arm than most of their unit, over those of another than most tasks."""
        most = sum(max(arms.values()) for arms in self._of(unit))
        overall = self._overall(unit)
        return (overall.total() - most) / max(overall.total() - max(overall.values(), default=0), 1)

    def _is_certain(self, unit: str) -> bool:
        """Whether so many tasks of one arm a unit are no chance."""
        overall = self._overall(unit)
        beside = overall.total() - len(self._of(unit))
        if not overall:
            return False
        return beside * math.log(max(overall.values()) / overall.total()) < math.log(CHANCE)

    def _of(self, unit: str) -> list[Counter[str]]:
        return [arms for (kind, _), arms in self.arms.items() if kind == unit]

    def _overall(self, unit: str) -> Counter[str]:
        return sum(self._of(unit), Counter())
