"""Labels at which an accuracy is reached, by moving the price until two runs enclose it.

The curve accuracy(labels) of a model is walked from `FIRST` in steps of `STEP` in the price: dearer
labels while the accuracy is still reached, cheaper ones until it is. Prices between the two are
tried until the runs next to the accuracy are `NEAR`: a straight line lies below a concave curve.
A curve that doesn't reach the accuracy with labels at no price gets all labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRST, STEP = 0.008, 4.0
DEAREST, CHEAPEST = 0.2, 0.0001
NEAR, MOST_HALVINGS = 0.12, 2  # labels apart, as a share; and how often a step is halved


@dataclass(frozen=True, slots=True)
class Point:
    """Labels a task and accuracy at one price, by seed."""

    labels: tuple[float, ...]
    accuracy: tuple[float, ...]

    def mean(self, seeds: Sequence[int]) -> tuple[float, float]:
        """Mean labels and mean accuracy of these seeds."""
        return fmean(self.labels[i] for i in seeds), fmean(self.accuracy[i] for i in seeds)


@dataclass(frozen=True, slots=True)
class Needed:
    """Labels a task to reach an accuracy, with its standard error over seeds (jackknife).

    Where the other seeds don't reach it, the jackknife takes the most labels of any run.
    `short` is what the best accuracy of the curve lacks; 0 or less where it got there.
    """

    labels: float
    standard_error: float
    short: float

    @property
    def reached(self) -> bool:
        """Whether the curve got there."""
        return self.short <= 0.0


def labels_needed(
    run: Callable[[float], Point], target: Sequence[float], most: Sequence[float]
) -> Needed:
    """Walk the curve of `run` until `target` (by seed) is enclosed; `most` are all labels."""
    seeds = range(len(target))
    wanted = fmean(target)
    tried: dict[float, Point] = {}

    def reaches(price: float) -> bool:
        tried[price] = run(price)
        return tried[price].mean(seeds)[1] >= wanted

    dear = cheap = FIRST  # at `dear` it isn't reached, at `cheap` it is
    if reaches(FIRST):
        while cheap == dear and dear * STEP <= DEAREST:
            dear *= STEP
            if reaches(dear):
                cheap = dear
    else:
        while cheap == dear and cheap > 0.0:
            cheap = cheap / STEP if cheap / STEP >= CHEAPEST else 0.0
            if not reaches(cheap):
                dear = cheap
    for _ in range(MOST_HALVINGS if 0.0 < cheap < dear else 0):
        few, many = (tried[price].mean(seeds)[0] for price in (dear, cheap))
        if many - few <= NEAR * many:
            break
        middle = (cheap * dear) ** 0.5
        if reaches(middle):
            cheap = middle
        else:
            dear = middle
    points = list(tried.values())
    found = _crossing(points, target, list(seeds))
    labels = fmean(most) if found is None else found
    largest = max(point.mean(seeds)[0] for point in points)
    left_out = [_crossing(points, target, [i for i in seeds if i != j]) for j in seeds]
    spread = [largest if one is None else one for one in left_out]
    n, centre = len(target), fmean(spread)
    error = ((n - 1) / n * sum((one - centre) ** 2 for one in spread)) ** 0.5 if n > 1 else 0.0
    return Needed(labels, error, wanted - max(point.mean(seeds)[1] for point in points))


def _crossing(points: list[Point], target: Sequence[float], seeds: list[int]) -> float | None:
    """Return where the curve of these seeds first reaches their target; `None` if it never does."""
    if not seeds:
        return None
    wanted = fmean(target[i] for i in seeds)
    curve = sorted(point.mean(seeds) for point in points)
    below = None
    for labels, accuracy in curve:
        if accuracy >= wanted:
            if below is None:
                return labels
            share = (wanted - below[1]) / (accuracy - below[1])
            return below[0] + share * (labels - below[0])
        below = labels, accuracy
    return None
