"""Time pressure: whether a task lacks the time for label after label, and when to look again.

What is best to ask is found when something happens to a task. If nothing does, it is found again
once an awaited ask is silent: so long that its label will hardly come any more.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from bandit.decide.waiting import MOST_LABELS, wait_s

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Pool, Task
    from bandit.learn.brain import Brain
    from bandit.settings import Settings
    from bandit.task.state import TaskState

SILENT_AFTER = 2.372
"""Usual waits after which an ask counts as silent: one label in 20 takes longer, if delays have a
gamma distribution with shape 2 (`bandit.learn.track_record`)."""
LEAST_S = 60.0
"""Least time until then: an ask may be as much older than it is as ticks are apart."""
JUST_PAST_S = 1e-3
"""Time by which a look comes later than the moment after which a task is pressed."""


class TimePressure:
    """Says how pressed tasks are, by what pools usually take."""

    def __init__(self, settings: Settings, brain: Brain, pools: Mapping[str, Pool]) -> None:
        self._settings = settings
        self._brain = brain
        self._pools = pools

    def is_pressed(self, task: Task, now: float) -> bool:
        """Whether it may be best to ask a pool that takes several asks of a task for more than one.

        Where waiting has a price, or the deadline leaves no time for label after label. The policy
        `value` alone does that.
        """
        pressed_from = self._pressed_from(task)
        return pressed_from is not None and now > pressed_from

    def most_at_once(self, state: TaskState, pools: Sequence[Pool], now: float) -> dict[str, int]:
        """Return by pool the most asks that may be awaited if all further ones go to that pool.

        Silent asks don't count, and experts are left out. Empty for a task that isn't pressed.
        """
        if not self.is_pressed(state.task, now):
            return {}
        awaited = Counter(ask.pool for ask in state.awaited())
        expected = self.expected(state, now).total()
        return {
            pool.pool: max(0, expected + pool.asks_per_task - awaited[pool.pool])
            for pool in pools
            if not pool.gold
        }

    def expected(self, state: TaskState, now: float) -> Counter[str]:
        """Return the number of awaited asks that aren't silent, by pool."""
        project = state.task.project
        return Counter(
            ask.pool
            for ask in state.awaited()
            if ask.at + self._silent_after_s(project, ask.pool) > now
        )

    def look_at(self, state: TaskState, now: float) -> float | None:
        """Return when the next ask is silent and the task is pressed; `None` if that never is.

        Perhaps nothing can be asked then: that is looked at again each time that the ask is twice
        as old.
        """
        task, pressed_from = state.task, self._pressed_from(state.task)
        if pressed_from is None:
            return None
        times = []
        for ask in state.awaited():
            silent_s = self._silent_after_s(task.project, ask.pool)
            while ask.at + silent_s <= now:
                silent_s *= 2.0
            at = max(pressed_from + JUST_PAST_S, ask.at + silent_s)
            if now < at < ask.expires_at:
                times.append(at)
        return min(times, default=None)

    def _pressed_from(self, task: Task) -> float | None:
        """Return the time after which a task is pressed; `None` if it never is."""
        if self._settings.policy.name != "value":
            return None
        several = [pool for pool in self._pools.values() if pool.asks_per_task > 1]
        if not several:
            return None
        chosen = self._settings.of_project(task.project)
        if chosen.delay_usd_per_hour > 0.0 or chosen.verdict_within_s is not None:
            return -math.inf
        if task.deadline_at is None:
            return None
        waits_s = [wait_s(self._brain, task.project, pool) for pool in several]
        return task.deadline_at - MOST_LABELS * max(waits_s)

    def _silent_after_s(self, project: str, name: str) -> float:
        """Return how old an awaited ask of a pool is when it counts as silent."""
        pool = self._pools.get(name)
        if pool is None:
            return math.inf
        return max(LEAST_S, SILENT_AFTER * wait_s(self._brain, project, pool))
