"""What asking each pool is worth: the look-ahead of the model of labels, in dollars."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from bandit.labels.look_ahead import outlook
from bandit.labels.memo import MOST_KEPT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.confusion import Floats
    from bandit.labels.weighed import WeighedLabels

MANY = 50
"""Classes beyond which the values of before are found by the rows of the few that are followed, on
which values depend alone: the rows of five pools have 20 MB of 500 classes, and to hash them takes
18 ms, while to group them takes 12; of 100 classes it is .6 and .3 ms, of 20 .03 and .1."""


def values_usd(
    rows: Floats,
    weighed: WeighedLabels,
    pools: tuple[str, ...],
    costs_usd: Sequence[float],
    worth_usd: float,
    most: int,
) -> tuple[float, ...]:
    """Return the value of asking each pool, whose next label has `rows`, above stopping now.

    Two labels are looked ahead, of any pools, and as many as `most` of one pool alone. The
    posterior isn't calibrated in it: posterior and look-ahead are of one model, or labels would be
    bought to make up for what the calibration takes away.
    """
    if not pools:
        return ()
    ahead = outlook(weighed, rows, pools) if rows.shape[-1] > MANY else None
    told = rows if ahead is None else ahead.rows
    digest = blake2b(told.tobytes(), digest_size=16).digest()
    key = (pools, *costs_usd, worth_usd, most, digest)
    if key not in weighed.values:
        if len(weighed.values) >= MOST_KEPT:
            weighed.values.clear()
        ahead = ahead or outlook(weighed, rows, pools)
        values = ahead.values_usd(costs_usd, worth_usd, most)
        if most > 2:  # two are in the first look-ahead already
            further = ahead.values_of_one(costs_usd, worth_usd, most)
            values = [max(pair) for pair in zip(values, further, strict=True)]
        weighed.values[key] = tuple(values)
    return weighed.values[key]
