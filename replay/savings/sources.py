"""Cost per label that agrees with the majority, by pool and by labeler.

    cost / agreed label = price of the labels / number of them that name the majority's class,

where a tie counts as the chance that it is broken so. A labeler's own vote is in the majority: a
task with two labels flatters both.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from replay.recorded.crowd import CrowdLabel


class SourceCost(msgspec.Struct, frozen=True, kw_only=True):
    """A pool or a labeler: all its labels, their price, how many agree with the answers."""

    name: str
    labels: int
    usd: float
    agreed: float
    usd_per_agreed: float | None


def sources(
    rows: Iterable[CrowdLabel],
    answers: Mapping[str, Mapping[str, float]],
    name_of: Callable[[CrowdLabel], str],
) -> tuple[SourceCost, ...]:
    """Sum up by name; the one that costs most per agreed label first, `None` before all."""
    labels: dict[str, int] = defaultdict(int)
    usd: dict[str, float] = defaultdict(float)
    agreed: dict[str, float] = defaultdict(float)
    for row in rows:
        name = name_of(row)
        labels[name] += 1
        usd[name] += row.usd or 0.0
        agreed[name] += answers[row.task].get(row.label, 0.0)
    costs = [
        SourceCost(
            name=name,
            labels=labels[name],
            usd=usd[name],
            agreed=agreed[name],
            usd_per_agreed=usd[name] / agreed[name] if agreed[name] else None,
        )
        for name in labels
    ]
    return tuple(sorted(costs, key=_dearest_first))


def _dearest_first(source: SourceCost) -> tuple[float, str]:
    return (float("-inf") if source.usd_per_agreed is None else -source.usd_per_agreed, source.name)
