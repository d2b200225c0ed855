"""Recorded labels of a crowd, and how its labelers are grouped into pools.

Rule 1: a labeler labels a task once; the first label stands.
Rule 2: the truth and the features of a task are kept apart, so that a market can't hand out truth.
Rule 3: what was done to the data to get pools is said in `notes`, in words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bandit.events import Feature

SMALL_POOL = 0.05  # a pool below this share of all labels can't be learned apart from others
OTHER = "other"
ALL = "all"
ACTIVITY = ("heavy", "middle", "light")


class CrowdLabel(NamedTuple):
    """One recorded label; `pool`, `at` and `usd` are `None` where the source has none."""

    task: str
    labeler: str
    label: str
    pool: str | None = None
    at: float | None = None
    usd: float | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Crowd:
    """The labels of one data set in recorded order, its truth and its task features.

    `timed` says that the order within a task is the order in which the labels came.
    """

    name: str
    labels: tuple[CrowdLabel, ...]
    truth: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, Mapping[str, Feature]] = field(default_factory=dict)
    timed: bool = False
    notes: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Every class that a label or the truth names, sorted."""
        return tuple(sorted({row.label for row in self.labels} | set(self.truth.values())))

    @property
    def pools(self) -> tuple[str, ...]:
        """Every pool, sorted."""
        return tuple(sorted({row.pool or "" for row in self.labels}))

    def triples(self) -> list[tuple[str, str, str]]:
        """Task, labeler and label of each row, as the baselines take them."""
        return [(row.task, row.labeler, row.label) for row in self.labels]


def first_labels(rows: Iterable[CrowdLabel]) -> tuple[list[CrowdLabel], int]:
    """Keep each labeler's first label of a task; return the rest's number too.

    Examples
    --------
    >>> first_labels([CrowdLabel("t", "a", "x"), CrowdLabel("t", "a", "y")])[1]
    1
    """
    seen: set[tuple[str, str]] = set()
    kept, dropped = [], 0
    for row in rows:
        if (row.task, row.labeler) in seen:
            dropped += 1
            continue
        seen.add((row.task, row.labeler))
        kept.append(row)
    return kept, dropped


def with_pools(crowd: Crowd) -> Crowd:
    """Give every label a pool: its own, `other` where that is small, or one by activity."""
    if any(row.pool is None for row in crowd.labels):
        return _by_activity(crowd)
    return _lump_small(crowd)


def in_one_pool(crowd: Crowd) -> Crowd:
    """Put all labelers into one pool, the labels of a task in no order.

    Examples
    --------
    >>> crowd = Crowd("made", (CrowdLabel("t", "a", "x", "p"), CrowdLabel("t", "b", "x", "q")))
    >>> in_one_pool(crowd).pools
    ('all',)
    """
    rows = tuple(row._replace(pool=ALL) for row in crowd.labels)
    note = f"all pools are merged into {ALL!r}, and labels come in random order"
    return replace(crowd, labels=rows, timed=False, notes=(note,))


def _by_activity(crowd: Crowd) -> Crowd:
    where = activity(Counter(row.labeler for row in crowd.labels))
    note = (
        "no pools in the data: labelers are grouped by how many labels they gave, about a third "
        "of the labels in each group: " + ", ".join(ACTIVITY)
    )
    rows = tuple(row._replace(pool=where[row.labeler]) for row in crowd.labels)
    return replace(crowd, labels=rows, notes=(*crowd.notes, note))


def activity(labels_of: Mapping[str, int]) -> dict[str, str]:
    """Cut labelers, the most active first, where a third and two thirds of the labels are reached.

    Examples
    --------
    >>> activity({"a": 4, "b": 3, "c": 2, "d": 2, "e": 1})
    {'a': 'heavy', 'b': 'middle', 'c': 'light', 'd': 'light', 'e': 'light'}
    """
    total = sum(labels_of.values())
    order: Sequence[str] = sorted(labels_of, key=lambda who: (-labels_of[who], who))
    where, before = {}, 0
    for who in order:
        middle = before + labels_of[who] / 2  # a labeler belongs where most of their labels lie
        where[who] = ACTIVITY[min(2, int(3 * middle / total))]
        before += labels_of[who]
    return where


def _lump_small(crowd: Crowd) -> Crowd:
    count = Counter(row.pool for row in crowd.labels)
    small = {pool for pool, n in count.items() if n < SMALL_POOL * len(crowd.labels)}
    if len(small) < 2:  # one small pool alone gains nothing by another name
        return crowd
    rows = tuple(row._replace(pool=OTHER) if row.pool in small else row for row in crowd.labels)
    share = sum(count[pool] for pool in small) / len(crowd.labels)
    note = (
        f"{len(small)} of {len(count)} pools, each below {100 * SMALL_POOL:.0f} % of the labels"
        f" and {100 * share:.0f} % of them together, are called {OTHER!r}"
    )
    return replace(crowd, labels=rows, notes=(*crowd.notes, note))
