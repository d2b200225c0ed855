"""What asking each pool is worth: the look-ahead of the model of labels, in dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.labels.look_ahead import outlook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.beliefs import LabelBeliefs
    from bandit.labels.weighed import WeighedLabels


def values_usd(
    labels: LabelBeliefs,
    classes: Sequence[str],
    weighed: WeighedLabels,
    pools: Sequence[str],
    costs_usd: Sequence[float],
    worth_usd: float,
    most: int,
) -> list[float]:
    """Return the value of asking each pool, in dollars above stopping now.

    Two labels are looked ahead, of any pools, and as many as `most` of one pool alone. The
    posterior isn't calibrated in it: posterior and look-ahead are of one model, or labels would be
    bought to make up for what the calibration takes away.
    """
    if not pools:
        return []
    ahead = outlook(weighed, labels.pool_rows(classes, pools), pools)
    values = ahead.values_usd(costs_usd, worth_usd, most)
    if most > 2:  # two are in the first look-ahead already
        further = ahead.values_of_one(costs_usd, worth_usd, most)
        values = [max(pair) for pair in zip(values, further, strict=True)]
    return values
