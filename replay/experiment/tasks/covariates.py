"""Covariates of tasks that were known before their arm: for CUPED, no other may be used.

Rule: what a decision shows of the system (`poolwise.`) or of what has been learned depends on the
arms so far. A machine labeler's class prior is used only where all arms share one brain.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replay.task_log.traits import OURS

if TYPE_CHECKING:
    from bandit.events import Chances, Decision

MOST_VALUES = 8
"""Values of a category; one with more hardly explains what it costs in precision."""

MOST = 24
"""Covariates in all: more make θ noisy before they explain much."""

DAY_S = 86_400.0
TIMES = ("hour of day (sin)", "hour of day (cos)")


@dataclass(slots=True)
class Covariates:
    """Columns of covariates: first all tasks are looked at, then each gives a row.

    `names` are the columns' names, in their order; `with_prior` says whether the class prior is one
    of them.
    """

    tasks: int = 0
    with_prior: bool = True
    _numbers: dict[str, tuple[int, float]] = field(default_factory=dict)
    _values: dict[str, Counter[str] | None] = field(default_factory=dict)
    _priors: int = 0
    _sources: Counter[str] = field(default_factory=Counter)
    _columns: list[tuple[str, str]] = field(default_factory=list)

    def look(self, first: Decision) -> None:
        """See what there is, by a task's first decision."""
        self.tasks += 1
        self.with_prior &= first.brain == "shared"
        self._priors += first.prior is not None
        self._sources.update(first.predictions)
        self._count("project", first.project)
        for name, value in first.features.items():
            if name.startswith(OURS) or isinstance(value, tuple):
                continue
            if isinstance(value, str):
                self._count(name, value)
            else:
                count, total = self._numbers.get(name, (0, 0.0))
                self._numbers[name] = (count + 1, total + value)

    def choose(self) -> tuple[str, ...]:
        """Fix the columns: those that most tasks have."""
        half = self.tasks / 2
        columns = [("time", name) for name in TIMES]
        if self.with_prior and self._priors >= half:
            columns.append(("prior", "class prior"))
        columns += [("source", name) for name, n in sorted(self._sources.items()) if n >= half]
        columns += [("number", name) for name, (n, _) in sorted(self._numbers.items()) if n >= half]
        for name, counts in sorted(self._values.items()):
            if counts is not None and sum(counts.values()) >= half:
                columns += [(name, value) for value, _ in counts.most_common()[1:]]
        self._columns = columns[:MOST]
        fixed = ("time", "prior", "source", "number")
        return tuple(
            value if kind in fixed else f"{kind} = {value}" for kind, value in self._columns
        )

    def row(self, first: Decision) -> list[float]:
        """Return a task's covariates; a number that it lacks is the mean of the others'."""
        return [self._value(kind, name, first) for kind, name in self._columns]

    def _value(self, kind: str, name: str, first: Decision) -> float:
        if kind == "time":
            turn = 2 * math.pi * (first.at % DAY_S) / DAY_S
            return math.sin(turn) if name == TIMES[0] else math.cos(turn)
        if kind == "prior":
            return _surest(first.prior)
        if kind == "source":
            return _surest(first.predictions.get(name))
        if kind == "number":
            value = first.features.get(name)
            count, total = self._numbers[name]
            return float(value) if isinstance(value, int | float) else total / count
        given = first.project if kind == "project" else first.features.get(kind)
        return float(given == name)

    def _count(self, name: str, value: str) -> None:
        counts = self._values.setdefault(name, Counter())
        if counts is not None:
            counts[value] += 1
            if len(counts) > MOST_VALUES:
                self._values[name] = None


def _surest(chances: Chances | None) -> float:
    """Chance of the likeliest class: how easy the task looked."""
    return max(chances.values()) if chances else 0.0
