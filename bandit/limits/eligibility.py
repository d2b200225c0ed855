"""Who may be asked about a task now: pools that are able, that a control allows, that have room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.stranded import skills_missing
from bandit.limits import controls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.desk.desk import Desk
    from bandit.desk.queues import Need
    from bandit.events import Control, Pool
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.limits.turn import Room


class Eligibility:
    """Finds the pools that may be asked."""

    def __init__(
        self,
        pools: Mapping[str, Pool],
        ordered: Mapping[str, Control],
        capacity: Capacity,
        budgets: Budgets,
    ) -> None:
        self._pools = pools
        self._ordered = ordered
        self._capacity = capacity
        self._budgets = budgets

    def open_pools(self) -> list[Pool]:
        """Return pools that take any asks, by name."""
        return [pool for _, pool in sorted(self._pools.items()) if controls.is_open(pool)]

    def control(self, project: str) -> Control:
        """Return what is ordered of `project`."""
        return controls.in_force(self._ordered, project)

    def situation(self, project: str, now: float) -> str:
        """Say by what its control can stop a task of `project` now."""
        return controls.situation(self.control(project), self._pools, now)

    def is_halted(self, project: str, situation: str, now: float) -> bool:
        """Whether what stopped a task of `project` does so now."""
        skills = skills_missing(situation)
        if skills is None:
            return self.situation(project, now) == situation
        control = self.control(project)
        return not control.paused and control.pool is None and not self._labelers(skills, None)

    def able(self, need: Need) -> list[Pool]:
        """Pools that may be asked once they have room, by name; of a pin, no other.

        An audit is for the experts of gold pools, pin or not, and only audits are.
        """
        if need.is_audit:
            pools = [pool for pool in self._skilled(need.skills) if pool.gold]
        else:
            pools = self._labelers(need.skills, self.control(need.project).pool)
        return [pool for pool in pools if pool.pool not in need.declined]

    def may_go_on(self, need: Need, now: float, room: Room) -> bool:
        """Whether a task that waits for room would not simply wait on, whatever comes of it."""
        affordable = self.affordable(need.project, self.able(need), now)
        if self.control(need.project).paused or not affordable:
            return True
        return any(room.has_room(pool) for pool in affordable)

    def affordable(self, project: str, pools: list[Pool], now: float) -> list[Pool]:
        """Pools whose price is still allowed today."""
        cap_usd = self.control(project).usd_per_day
        if cap_usd is None:
            return pools
        left_usd = self._budgets.left_usd(project, cap_usd, now)
        return [pool for pool in pools if pool.usd_per_label <= left_usd]

    def with_room(self, desk: Desk, pools: list[Pool], room: Room | None) -> list[Pool]:
        """Pools with room; where none is said, a newcomer leaves room for those that wait."""
        if all(pool.capacity_per_hour is None for pool in pools):
            return pools
        if room is not None:
            return [pool for pool in pools if room.has_room(pool)]
        free, waiting = self._capacity.free, self._capacity.waiting
        return [pool for pool in pools if free(desk, pool, waiting(pool.pool))]

    def _labelers(self, skills: tuple[str, ...], pin: str | None) -> list[Pool]:
        return [
            pool
            for pool in self._skilled(skills)
            if not pool.gold and (pin is None or pool.pool == pin)
        ]

    def _skilled(self, skills: tuple[str, ...]) -> list[Pool]:
        """Open pools with these skills, by name."""
        return [pool for pool in self.open_pools() if frozenset(skills).issubset(pool.skills)]
