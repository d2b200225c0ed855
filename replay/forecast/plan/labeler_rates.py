"""How many labels one labeler gives in an hour, and how many labelers were active."""

from __future__ import annotations

from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.forecast.sources.log_events import AskedLabel

HOUR_S = 3600.0
WEEK_S = 7 * 86400.0
TIMED_SHARE = 0.5
"""Share of labels with a time spent from which on these times are used."""

FEWEST = 20
"""Labels below which a rate is not estimated."""

BUSY = 0.9
"""An hour of a labeler is taken as fully used if only this share of such hours has fewer labels."""


class LabelerRate(NamedTuple):
    """Labels an hour of one labeler, where that is from, and most labelers active in an hour."""

    labels_per_hour: float
    rate_from: str
    most_active: int | None


def labeler_rate(labels: Sequence[AskedLabel], end: float) -> LabelerRate | None:
    """Estimate from the labels of a pool; `None` if there are too few.

    By the time spent on a label where half of them carry it; otherwise by what a labeler did in
    busy hours, which is at most what they can do.
    """
    given = [label for label in labels if label.labeler is not None and label.closed_at is not None]
    if len(given) < FEWEST:
        return None
    hours = Counter((label.labeler, int((label.closed_at or 0.0) // HOUR_S)) for label in given)
    active = Counter(hour for _, hour in hours if hour * HOUR_S >= end - WEEK_S)
    most = max(active.values(), default=0) or None
    timed = [label.seconds_spent for label in given if label.seconds_spent]
    if len(timed) >= TIMED_SHARE * len(given):
        return LabelerRate(HOUR_S / fmean(timed), "by the time spent on a label", most)
    busy = float(np.quantile(list(hours.values()), BUSY))
    return LabelerRate(busy, "as in busy hours", most)
