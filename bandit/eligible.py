"""Who may be asked about a task now: pools that are able, that a control allows, that have room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit import controls
from bandit.state import DECLINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.allowance import Allowance
    from bandit.capacity import Capacity
    from bandit.desk import Desk
    from bandit.events import Control, Pool
    from bandit.state import TaskState


class Eligible:
    """Finds the pools that may be asked."""

    def __init__(
        self,
        pools: Mapping[str, Pool],
        ordered: Mapping[str, Control],
        capacity: Capacity,
        allowance: Allowance,
    ) -> None:
        self._pools = pools
        self._ordered = ordered
        self._capacity = capacity
        self._allowance = allowance

    def control(self, project: str) -> Control:
        """Return what is ordered of `project`."""
        return controls.in_force(self._ordered, project)

    def situation(self, project: str, now: float) -> str:
        """Say by what its control can stop a task of `project` now."""
        return controls.situation(self.control(project), self._pools, now)

    def labelers(self, state: TaskState) -> list[Pool]:
        """Pools of labelers that may be asked once they have room; of a pin, no other."""
        pin = self.control(state.task.project).pool
        return [
            pool
            for pool in self._willing(state)
            if not pool.gold and (pin is None or pool.pool == pin)
        ]

    def experts(self, state: TaskState) -> list[Pool]:
        """Gold pools that may be asked once they have room, pin or not."""
        return [pool for pool in self._willing(state) if pool.gold]

    def affordable(self, project: str, pools: list[Pool], now: float) -> list[Pool]:
        """Pools whose price is still allowed today."""
        cap_usd = self.control(project).usd_per_day
        if cap_usd is None:
            return pools
        left_usd = self._allowance.left_usd(project, cap_usd, now)
        return [pool for pool in pools if pool.usd_per_label <= left_usd]

    def with_room(self, desk: Desk, pools: list[Pool], *, waited: bool) -> list[Pool]:
        """Pools with room; a newcomer leaves room for the tasks that wait already."""
        if all(pool.capacity_per_hour is None for pool in pools):
            return pools
        free, waiting = self._capacity.free, self._capacity.waiting
        return [pool for pool in pools if free(desk, pool, 0 if waited else waiting(pool.pool))]

    def _willing(self, state: TaskState) -> list[Pool]:
        """Open pools with the task's skills, by name; one that declined it may not again."""
        declined = {ask.pool for ask in state.asks if ask.status == DECLINED}
        wanted = frozenset(state.task.skills)
        return [
            pool
            for name, pool in sorted(self._pools.items())
            if controls.is_open(pool) and name not in declined and wanted.issubset(pool.skills)
        ]
