"""Two pools compared where either could have been asked.

With the logged probabilities p of the two, labels of the dear pool weigh
p(cheap) / (p(dear) + p(cheap)), those of the cheap one p(dear) / (p(dear) + p(cheap)): so both are
weighed to the same tasks, whatever the policy sent where.

Source: overlap weights, Li, Morgan and Zaslavsky (2018), JASA 113(521), 390-400; information of a
symmetric channel, Cover and Thomas (2006), Elements of Information Theory, section 7.2.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.labeling_report.read.blocks import Blocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.labeling_report.figures.pools import PoolFigures
    from replay.labeling_report.read.closed_task import ClosedTask, PoolAsk
    from replay.numerics.arrays import Floats

FEWEST = 30
"""Judged labels of each pool."""
SUREST = 0.995
"""Beyond this the information of a label grows without end as errors vanish."""


class AsksOfPool(NamedTuple):
    """Asks of one pool that brought a label, and the number of each one's task."""

    tasks: list[int]
    asks: list[PoolAsk]


def asks_by_pool(tasks: Sequence[ClosedTask]) -> Mapping[str, AsksOfPool]:
    """Group asks by pool."""
    found: dict[str, AsksOfPool] = defaultdict(lambda: AsksOfPool([], []))
    for number, task in enumerate(tasks):
        for ask in task.asks:
            if ask.label is not None:
                found[ask.pool].tasks.append(number)
                found[ask.pool].asks.append(ask)
    return found


class PoolPair(NamedTuple):
    """A dear pool and a cheap one.

    `blocks` has six sums by task: weighted right labels and weights of the dear pool, the same of
    the cheap one, and the price and number of the dear labels that could have been cheap ones.
    `judged` are the labels compared, `classes` how many classes their tasks have on average.
    """

    dear: PoolFigures
    cheap: PoolFigures
    classes: float
    blocks: Blocks
    judged: tuple[int, int]

    def rates(self, sums: Floats) -> tuple[Floats, Floats]:
        with np.errstate(divide="ignore", invalid="ignore"):
            return sums[0] / sums[1], sums[2] / sums[3]

    def better(self, sums: Floats) -> Floats:
        dear, cheap = self.rates(sums)
        more: Floats = dear - cheap
        return more

    def replaced(self, sums: Floats) -> Floats:
        """Return the saving if more cheap labels are bought where they say less."""
        dear, cheap = self.rates(sums)
        ratio = _information(dear, self.classes) / _information(cheap, self.classes)
        ratio = np.maximum(ratio, 1.0)
        saved: Floats = sums[4] - sums[5] * (self.cheap.usd_per_label or 0.0) * ratio
        return saved

    def one_for_one(self, sums: Floats) -> Floats:
        """Return the saving if as many cheap labels are bought."""
        saved: Floats = sums[4] - sums[5] * (self.cheap.usd_per_label or 0.0)
        return saved


def pool_pair(
    asks: Mapping[str, AsksOfPool], tasks: int, dear: PoolFigures, cheap: PoolFigures
) -> PoolPair | None:
    """Compare two pools; `None` if the first isn't dearer, or too little can be compared."""
    if not (cheap.usd_per_label or 0.0) < (dear.usd_per_label or 0.0):
        return None
    rows, classes, counts = np.zeros((tasks, 6)), 0, [0, 0]
    for place, pool, other in ((0, dear.pool, cheap.pool), (1, cheap.pool, dear.pool)):
        for task, ask in zip(*asks[pool], strict=True):
            own, others = ask.pmf.get(pool, 0.0), ask.pmf.get(other, 0.0)
            if not own * others or ask.label is None:
                continue
            row = rows[task]
            if place == 0:
                row[4:] += ask.usd, 1.0
            if ask.label.right is None:
                continue
            weight = others / (own + others)
            row[2 * place] += weight * ask.label.right
            row[2 * place + 1] += weight
            counts[place] += 1
            classes += len(ask.label.classes)
    if min(counts) < FEWEST:
        return None
    mean = classes / sum(counts)
    return PoolPair(dear, cheap, mean, Blocks.of(rows), (counts[0], counts[1]))


def _information(rate: Floats, classes: float) -> Floats:
    """Information of a label that is right with probability `rate`, in nats.

    Examples
    --------
    >>> _information(np.array([0.5, 0.9]), 2.0).round(3).tolist()
    [0.0, 0.368]
    """
    a = np.clip(rate, 1.0 / classes, SUREST)
    found: Floats = np.log(classes) + a * np.log(a) + (1.0 - a) * np.log((1.0 - a) / (classes - 1))
    return found
