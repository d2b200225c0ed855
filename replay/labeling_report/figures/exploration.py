"""Price of exploration: what the policy gave up to learn, by the values that it logged."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

import msgspec

from replay.labeling_report.read.blocks import Blocks
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask


class Exploration(msgspec.Struct, frozen=True, kw_only=True):
    """What decisions gave up against the best option, in US dollars.

    Decisions are those of a policy that chooses by values: a holdout of a live test explores
    nothing. `explored` counts those that drew another option than the best, `label_usd` is what
    their labels cost. `forgone_usd_per_task` is the expected loss by the logged values,
    `share_of_cost` that loss in shares of what was spent.
    """

    decisions: int
    explored: int
    explored_share: float
    label_usd: float
    forgone_usd_per_task: Amount
    share_of_cost: float | None


def exploration(tasks: Sequence[ClosedTask]) -> Exploration | None:
    """Add up what exploring cost; `None` where decisions log no values."""
    steps = [step for task in tasks for step in task.steps if step.forgone_usd is not None]
    if not steps:
        return None
    rows = [(fsum(step.forgone_usd or 0.0 for step in task.steps), 1.0, task.usd) for task in tasks]
    blocks = Blocks.of(rows)
    explored = sum(step.explores for step in steps)
    forgone, _, usd = blocks.total
    return Exploration(
        decisions=len(steps),
        explored=explored,
        explored_share=explored / len(steps),
        label_usd=fsum(step.usd for step in steps if step.explores),
        forgone_usd_per_task=blocks.interval(lambda sums: sums[0] / sums[1]),
        share_of_cost=float(forgone / usd) if usd else None,
    )
