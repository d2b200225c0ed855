"""The demo's tasks: image segments, as River ships them, in seven classes.

The features of a segment are the task's context, its class the truth that only simulated labelers
and experts know.

Source: Brodley, University of Massachusetts (1990), UCI Machine Learning Repository,
"Image Segmentation"; `river.datasets.ImageSegments`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from river.datasets import ImageSegments

from bandit.draw import draw
from bandit.errors import BadValue
from replay.market.tasks import arriving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Feature
    from replay.market.tasks import Arrivals, TrueTask

PROJECT = "image-segments"
SEGMENTS = 2310


def demo_tasks(n: int, arrivals: Arrivals, seed: int) -> list[TrueTask]:
    """Return n of the 2,310 segments as tasks, in an order of the seed's.

    Raises
    ------
    BadValue
        If n is not between 1 and their number.
    """
    segments = [(dict(features), str(truth)) for features, truth in _segments()]
    if not 1 <= n <= len(segments):
        raise BadValue(f"{n:,} tasks: the demo has 1 to {len(segments):,}")
    order = sorted(range(len(segments)), key=lambda i: draw(seed, str(i), 0, "order"))
    things: list[tuple[dict[str, Feature], str]] = [
        ({name: float(value) for name, value in segments[i][0].items()}, segments[i][1])
        for i in order[:n]
    ]
    return arriving(things, segment_classes(), arrivals, seed, PROJECT)


def segment_classes() -> tuple[str, ...]:
    """Return the seven classes, in the order of the alphabet."""
    return tuple(sorted({str(truth) for _, truth in _segments()}))


def _segments() -> Iterable[tuple[dict[str, float], str]]:
    data: Iterable[tuple[dict[str, float], str]] = ImageSegments()  # type: ignore[no-untyped-call]
    return data
