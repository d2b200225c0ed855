"""Doubtful answers that another labeler has given before, and how often labelers repeat them.

Honest labelers agree because they are right, so agreement on right answers is no evidence of
copying. A pair is a label and an earlier one of the same task that was probably wrong: its chance
to be right, from all labels but the later one, is below 1/3. How often an honest labeler gives the
same answer, since some tasks mislead all alike, is measured in the log itself: by that chance, by
pool, and by whether both labelers are of one pool.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.labelers.judged_label import JudgedLabel

DOUBTFUL = 1.0 / 3.0
"""Chance of being right below which an answer is doubtful."""
EDGES = (0.02, 0.05, 0.1, 0.2)
"""Bins of that chance."""
STRENGTH = 4.0
"""Pairs that the rate of the pool counts for in that of a labeler."""
MOST_EXPECTED = 0.99

Cell = tuple[str, bool, int]
"""Pool of the later label, whether both are of one pool, and bin of the chance."""


class Pair(NamedTuple):
    """Two labels of a task, the earlier doubtful; `chance` is that of its being right."""

    later: str
    earlier: str
    cell: Cell
    chance: float
    answer: str
    agrees: bool
    task: str
    at: float


@dataclass(frozen=True)
class Pairs:
    """All pairs of a log, by the later labeler and the earlier, and how often both agree.

    `by_cell` counts pairs, and those that agree; `own` those of one labeler. `doubted` counts,
    by labeler and answer, labels of tasks for which that answer is doubtful, and how many gave it.
    """

    of: dict[tuple[str, str], list[Pair]]
    by_cell: dict[Cell, tuple[int, int]]
    own: dict[tuple[str, Cell], tuple[int, int]]
    doubted: dict[tuple[str, str], tuple[int, int]]

    def expected(self, rows: Sequence[Pair], without: Iterable[str]) -> list[float]:
        """Return how often, in each of a labeler's pairs, an honest one would give the same answer.

        That is the largest of: the rate of this labeler in pairs with others than `without`, shrunk
        towards that of the pool; how often the labeler gives this answer where it is doubtful; and
        the chance that it is right.
        """
        left_out: Counter[Cell] = Counter()
        agreed_left_out: Counter[Cell] = Counter()
        for name in without:
            for pair in self.of.get((rows[0].later, name), ()) if rows else ():
                left_out[pair.cell] += 1
                agreed_left_out[pair.cell] += pair.agrees
        return [
            self._expected(pair, left_out[pair.cell], agreed_left_out[pair.cell]) for pair in rows
        ]

    def _expected(self, pair: Pair, left_out: int, agreed_left_out: int) -> float:
        n, agreed = self.by_cell[pair.cell]
        base = (agreed + 1.0) / (n + 2.0)
        n, agreed = self.own[pair.later, pair.cell]
        n, agreed = n - left_out, agreed - agreed_left_out
        rate = (agreed + STRENGTH * base) / (n + STRENGTH)
        n, given = self.doubted[pair.later, pair.answer]
        favourite = (given + STRENGTH * base) / (n + STRENGTH)
        return min(max(rate, favourite, pair.chance), MOST_EXPECTED)


def pairs_of(tasks: Iterable[Sequence[JudgedLabel]]) -> Pairs:
    """Pair the labels of each task."""
    of: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    by_cell: dict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    own: dict[tuple[str, Cell], tuple[int, int]] = defaultdict(lambda: (0, 0))
    doubted: Counter[tuple[str, str]] = Counter()
    given: Counter[tuple[str, str]] = Counter()
    for labels in tasks:
        ordered = sorted(labels, key=lambda label: (label.at, label.labeler))
        for i, label in enumerate(ordered):
            for name in label.classes if label.chances else ():
                if (label.chances or {}).get(name, 0.0) < DOUBTFUL:
                    doubted[label.labeler, name] += 1
                    given[label.labeler, name] += label.answer == name
            for before in ordered[:i]:
                pair = _pair(before, label)
                if pair is not None:
                    of[pair.later, pair.earlier].append(pair)
                    n, agreed = by_cell[pair.cell]
                    by_cell[pair.cell] = (n + 1, agreed + pair.agrees)
                    n, agreed = own[pair.later, pair.cell]
                    own[pair.later, pair.cell] = (n + 1, agreed + pair.agrees)
    counts = {key: (n, given[key]) for key, n in doubted.items()}
    return Pairs(dict(of), dict(by_cell), dict(own), counts)


def _pair(earlier: JudgedLabel, later: JudgedLabel) -> Pair | None:
    """Return two labels as a pair; `None` where the earlier isn't doubtful."""
    if later.chances is None or earlier.labeler == later.labeler:
        return None
    chance = later.chances.get(earlier.answer, 0.0)
    if chance >= DOUBTFUL:
        return None
    return Pair(
        later=later.labeler,
        earlier=earlier.labeler,
        cell=(later.pool, earlier.pool == later.pool, bisect_right(EDGES, chance)),
        chance=chance,
        answer=earlier.answer,
        agrees=later.answer == earlier.answer,
        task=later.task,
        at=later.at,
    )
