"""Eligibility: pools that may be asked about a task now, by skills, control, budget and room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.deferred import deferred_by
from bandit.desk.stranded import skills_missing
from bandit.limits import controls
from bandit.task.periods import NO_CAPS, caps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bandit.desk.desk import Desk
    from bandit.desk.queues import Need
    from bandit.events import Control, Pool
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.limits.turn import Room
    from bandit.task.periods import Caps


class Eligibility:
    """Finds the pools that may be asked about a task."""

    def __init__(
        self,
        pools: Mapping[str, Pool],
        controls_by_project: Mapping[str, Control],
        capacity: Capacity,
        budgets: Budgets,
    ) -> None:
        self._pools = pools
        self._controls = controls_by_project
        self._capacity = capacity
        self._budgets = budgets

    def open_pools(self) -> list[Pool]:
        """Return the pools that take asks, sorted by name."""
        return [pool for _, pool in sorted(self._pools.items()) if controls.is_open(pool)]

    def known(self, names: Iterable[str]) -> list[Pool]:
        """Return those of some pools that operations have described."""
        return [self._pools[name] for name in names if name in self._pools]

    def control(self, project: str) -> Control:
        """Return the control of `project`."""
        return self._controls.get(project, controls.NOTHING)

    def caps(self, project: str) -> Caps:
        """Return the budgets of `project`."""
        control = self.control(project)
        return NO_CAPS if control is controls.NOTHING else caps_of(control)

    def budget_price(self, project: str) -> float:
        """Return what a dollar of the project's budget is worth beyond itself."""
        return self._budgets.price(project, self.caps(project))

    def count_task(self, desk: Desk, project: str, now: float) -> None:
        """Count a new task, for the pace at which its project's budget is spent."""
        self._budgets.count_task(desk, project, self.caps(project), now)

    def situation(self, project: str, now: float) -> str:
        """Return everything by which the control of `project` can stop a task now."""
        return controls.situation(self.control(project), self._pools, now)

    def is_halted(self, project: str, situation: str, now: float) -> bool:
        """Whether a task of `project` that was halted in `situation` still is."""
        if (waits := deferred_by(situation)) is not None:
            control = self.control(project)
            labelers = self._labelers(waits.skills, control.pool)
            is_as_before = {pool.pool for pool in labelers}.issubset(waits.open_pools)
            return not control.paused and is_as_before
        skills = skills_missing(situation)
        if skills is None:
            return self.situation(project, now) == situation
        control = self.control(project)
        return not control.paused and control.pool is None and not self._labelers(skills, None)

    def able(self, need: Need) -> list[Pool]:
        """Return the pools that may be asked once they have room, sorted by name.

        Where a control pins a pool, that is the only one. Audits go to gold pools, pinned or not;
        labels don't. Pools that have declined are among them, experts aside: `others_first` has
        them asked last.
        """
        if need.is_audit:
            pools = [pool for pool in self._skilled(need.skills) if pool.gold]
        else:
            pools = self._labelers(need.skills, self.control(need.project).pool)
        excluded = (*need.without, *need.declined) if need.is_audit else need.without
        return [pool for pool in pools if pool.pool not in excluded] if excluded else pools

    def closed(self, need: Need) -> list[Pool]:
        """Return the closed pools that could be asked for labels if they were open, by name."""
        if self.control(need.project).pool is not None:
            return []
        excluded = {*need.without, *need.declined}
        return [
            pool
            for name, pool in sorted(self._pools.items())
            if not (controls.is_open(pool) or pool.gold or name in excluded)
            and set(need.skills).issubset(pool.skills)
        ]

    def others_first(self, need: Need, pools: list[Pool]) -> list[Pool]:
        """Return those of `pools`, which may be asked now, that haven't declined; else all.

        A decline may have been one person's choice. Where no other pool is left, whether for lack
        of budget or of room, the task would wait or end without an answer.
        """
        if not need.declined:
            return pools
        return [pool for pool in pools if pool.pool not in need.declined] or pools

    def experts(self, desk: Desk, need: Need, now: float, room: Room | None) -> list[Pool]:
        """Return the gold pools that may be asked about an open task now, sorted by name."""
        if self.control(need.project).pool is not None:
            return []
        pools = self.able(need._replace(is_audit=True))
        return self.with_room(desk, self.affordable(need.project, pools, now), room)

    def may_go_on(self, need: Need, now: float, room: Room) -> bool:
        """Whether deciding again about a task that waits for room could change anything."""
        affordable = self.affordable(need.project, self.able(need), now)
        if self.control(need.project).paused or not affordable:
            return True
        return any(room.has_room(pool) for pool in affordable)

    def affordable(self, project: str, pools: list[Pool], now: float) -> list[Pool]:
        """Return the pools whose price the project's budget still covers."""
        caps = self.caps(project)
        if caps == NO_CAPS:
            return pools
        left_usd = self._budgets.left_usd(project, caps, now)
        return [pool for pool in pools if pool.usd_per_label <= left_usd]

    def with_room(self, desk: Desk, pools: list[Pool], room: Room | None) -> list[Pool]:
        """Return the pools with room; without `room`, for a new task, behind all that wait."""
        if not [pool for pool in pools if pool.capacity_per_hour is not None]:
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
        """Return the open pools with these skills, sorted by name."""
        wanted = frozenset(skills)
        pools = self.open_pools()
        return [pool for pool in pools if wanted.issubset(pool.skills)] if wanted else pools
