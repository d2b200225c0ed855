"""Rows that can't be used: counted by reason, each reason with its first example."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bandit.counted import counted

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """One such row: number of its piece, index in its file, and the sentence that says all."""

    piece: int
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """How many rows were left out for each reason; a row counts for the first rule it breaks.

    Examples
    --------
    >>> one = Unusable.of("r is missing", 2, Example(0, 4, "x.csv row 5: r is missing"))
    >>> (one + one).lines()
    ['4 rows left out: r is missing (the first: x.csv row 5: r is missing)']
    """

    reasons: Mapping[str, tuple[int, Example]] = field(default_factory=dict)

    @classmethod
    def of(cls, reason: str, rows: int, example: Example) -> Unusable:
        """Count rows that break one rule."""
        return cls({reason: (rows, example)})

    @property
    def rows(self) -> int:
        """How many rows were left out."""
        return sum(count for count, _ in self.reasons.values())

    def first(self) -> Example | None:
        """Find the first of all rows that were left out."""
        return min((example for _, example in self.reasons.values()), default=None)

    def __add__(self, other: Unusable) -> Unusable:
        merged = dict(self.reasons)
        for reason, (count, example) in other.reasons.items():
            before, earliest = merged.get(reason, (0, example))
            merged[reason] = (before + count, min(earliest, example))
        return Unusable(merged)

    def ordered(self) -> list[tuple[str, int, Example]]:
        """Reasons with their rows and first example; the most frequent first."""
        reasons = [(reason, count, example) for reason, (count, example) in self.reasons.items()]
        return sorted(reasons, key=lambda item: (-item[1], item[0]))

    def lines(self) -> list[str]:
        """Say each reason in a line."""
        return [
            f"{counted(count, 'row')} left out: {reason} (the first: {example.text})"
            for reason, count, example in self.ordered()
        ]

    def plain(self) -> list[dict[str, Any]]:
        """Plain values for JSON."""
        return [
            {"reason": reason, "rows": count, "first": example.text}
            for reason, count, example in self.ordered()
        ]
