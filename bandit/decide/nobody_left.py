"""Pools with nobody left for a task: all who answer for them have labeled it already.

A language model answers as one labeler, and a labeler labels a task once. Asked again, such a pool
declines, or the same labeler's answer is refused, or it is silent until the ask expires; without
this, a task would ask it up to `policy.max_asks` times. One ask in vain says little of a pool of
many people, who are silent now and then; so the pool's last labels in the project have to be of
these labelers alone, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.task.state import DECLINED, EXPIRED

if TYPE_CHECKING:
    from collections.abc import Collection

    from bandit.labels.model import LabelModel
    from bandit.task.state import TaskState

RECENT = 20
"""Labels of a pool that are looked at: of two equally busy people, both are among them for sure."""


def nobody_left(labels: LabelModel, state: TaskState) -> set[str]:
    """Return the pools that labeled the task, were asked again in vain, and have nobody else."""
    labelers: dict[str, set[str]] = {}
    found = set()
    for ask in state.asks:
        if ask.label is not None:
            labelers.setdefault(ask.pool, set()).add(ask.label.labeler)
        elif ask.status in {EXPIRED, DECLINED} and ask.pool in labelers:
            found.add(ask.pool)
    return {pool for pool in found if _are_all(labels, pool, labelers[pool])}


def _are_all(labels: LabelModel, pool: str, labelers: Collection[str]) -> bool:
    """Whether the last labels of a pool are of these labelers alone, and enough to tell."""
    slots = {labels.labelers.slots.get(labeler) for labeler in labelers}
    seen = 0
    for task in reversed(labels.window.tasks.values()):
        for slot, its_pool in zip(task.slots, task.pools, strict=True):
            if its_pool == pool:
                if slot not in slots:
                    return False
                seen += 1
        if seen >= RECENT:
            return True
    return False
