"""Figures of each pool: what was paid, how accurate and how fast its labels are."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from replay.labelers.label_accuracy import accuracy
from replay.labelers.label_drift import drift
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask, PoolAsk


class PoolFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A pool of labelers; shares in [0, 1].

    `no_answer` is the share of asks that brought no label. `accuracy` is the probability that a
    label is right (`replay.labelers.label_accuracy`), `usd_per_right` the price of a label divided
    by it.
    """

    pool: str
    asks: int
    labels: int
    no_answer: float
    usd: float
    usd_share: float
    usd_per_label: float | None
    accuracy: Amount | None
    usd_per_right: float | None
    gold_labels: int
    delay_s_median: float | None
    drift: Amount | None


def pools(tasks: Sequence[ClosedTask]) -> tuple[PoolFigures, ...]:
    """Sum up the pools of labelers, the one that cost most first."""
    asks: dict[str, list[PoolAsk]] = defaultdict(list)
    for task in tasks:
        for ask in task.asks:
            asks[ask.pool].append(ask)
    whole = fsum(task.usd for task in tasks)
    rows = [_pool(name, of, whole) for name, of in asks.items()]
    return tuple(sorted(rows, key=lambda row: (-row.usd, row.pool)))


def _pool(name: str, asks: Sequence[PoolAsk], whole: float) -> PoolFigures:
    labels = [ask.label for ask in asks if ask.label is not None]
    usd = fsum(ask.usd for ask in asks)
    price = fmean([label.usd for label in labels]) if labels else None
    rate = accuracy(labels)
    change = drift(labels)
    delays = [label.delay_s for label in labels if label.delay_s is not None]
    return PoolFigures(
        pool=name,
        asks=len(asks),
        labels=len(labels),
        no_answer=1.0 - len(labels) / len(asks),
        usd=usd,
        usd_share=usd / whole if whole else 0.0,
        usd_per_label=price,
        accuracy=rate,
        usd_per_right=price / rate.value if price is not None and rate and rate.value else None,
        gold_labels=sum(label.is_gold for label in labels),
        delay_s_median=median(delays) if delays else None,
        drift=change and change.amount(),
    )
