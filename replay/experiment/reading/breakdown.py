"""The difference over time and by slice, and what is carried over between hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.experiment.arms.carry_over import carry_over, settled
from replay.experiment.arms.difference import difference
from replay.experiment.arms.metrics import METRICS
from replay.experiment.reading.question import amount_of
from replay.experiment.reading.results import CarryOver, CurvePoint, SliceDifference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.experiment.reading.question import Reader

POINTS = 20
"""Points of the curve over time."""


def carried_over(reader: Reader) -> Iterator[CarryOver]:
    """Yield the carry-over of every metric; all hold together."""
    still = settled(reader.units)
    metrics = [name for name in METRICS if name in reader.log.metrics]
    for name, pair in reader.pairs:
        looks = reader.looks(pair, slices=len(metrics))
        for metric in metrics:
            amount = amount_of(carry_over(reader.units, metric, pair, looks))
            yield CarryOver(
                arm=name,
                metric=metric,
                difference=amount,
                found=amount is not None and not amount.low <= 0.0 <= amount.high,
                settled=amount_of(reader.effect(metric, pair, still)),
            )


def curve(reader: Reader) -> Iterator[CurvePoint]:
    """Yield the difference in the chosen metric as it came about, in twenty steps."""
    units = reader.used
    for name, pair in reader.pairs:
        for point in range(1, POINTS + 1):
            end = round(point / POINTS * len(units))
            if end:
                effect = reader.effect(reader.metric, pair, units.of(slice(0, end)))
                at = float(units.at[end - 1])
                yield CurvePoint(arm=name, at=at, units=end, difference=amount_of(effect))


def slices(reader: Reader) -> Iterator[SliceDifference]:
    """Yield the difference in every slice; those of one arm hold together."""
    log = reader.log
    found = [
        (name, value, np.array([own[place] == value for own in log.traits], dtype=bool))
        for place, name in enumerate(log.by)
        for value in sorted({own[place] for own in log.traits})
    ]
    for arm, pair in reader.pairs if found else ():
        looks = reader.looks(pair, slices=len(found))
        for by, value, rows in found:
            units = log.units(rows)
            if reader.question.settled:
                units = settled(units)
            adjusted = reader.question.adjusted
            effect = difference(units, reader.metric, pair, looks, adjusted=adjusted)
            yield SliceDifference(
                arm=arm, by=by, value=value, tasks=int(rows.sum()), difference=amount_of(effect)
            )
