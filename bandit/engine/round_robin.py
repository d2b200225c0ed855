"""Deficit round robin: at a tick, tasks that wait for room are decided on, projects in turn.

Deficit round robin with a quantum of one ask (Shreedhar and Varghese 1996, IEEE/ACM Transactions on
Networking 4(3), 375-385): all asks count the same, so no project has a deficit, and the round is
the order in which projects were last served.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bandit.events import Ask
from bandit.limits.turn import Turn
from bandit.reasons import StopReason

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.engine.arms import Arms
    from bandit.engine.ticks import TickQuota
    from bandit.events import Output
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.task.state import TaskState


class RoundRobin:
    """Decides again about tasks that wait for room, in the order of their queues."""

    def __init__(self, arms: Arms, eligibility: Eligibility, capacity: Capacity) -> None:
        self._arms = arms
        self._eligibility = eligibility
        self._capacity = capacity

    def serve(self, desk: Desk, since: float | None, now: float, quota: TickQuota) -> list[Output]:
        """Decide on waiting tasks of `desk` while there is room; its last tick was at `since`."""
        turn = Turn(self._capacity, desk, since, now)
        out: list[Output] = []
        ring = deque(_round(desk))
        while ring and not quota.is_used_up:
            project = ring.popleft()
            new = self._until_asked(desk, project, turn, now, quota)
            out += new
            if _asks(new):
                ring.append(project)
                turns = desk.state.project_turns
                if project in turns:
                    turns.remove(project)
                turns.append(project)
        turn.end(unused=() if quota.is_used_up else self._eligibility.open_pools())
        return out

    def _until_asked(
        self, desk: Desk, project: str, turn: Turn, now: float, quota: TickQuota
    ) -> list[Output]:
        """Decide on tasks of `project` until one of them is asked about.

        Or until one can't be, for lack of budget or of a pool; then the others can't be either.
        """
        control = self._eligibility.control(project)
        is_controlled = control.paused or control.pool is not None
        out: list[Output] = []
        while not quota.is_used_up:
            ready = [
                need
                for need in desk.queues.needs(project)
                if self._eligibility.may_go_on(need, now, turn)
            ]
            state = desk.queues.take(ready, desk.peek)
            if state is None:
                break
            desk.put(state)
            new = self._arms.decide_again(desk, state, turn)
            out += new
            quota.spend(state, new)
            if _asks(new) or not (is_controlled or _stopped(state)):
                break
        return out


def _asks(out: list[Output]) -> bool:
    return any(isinstance(output, Ask) for output in out)


def _stopped(state: TaskState) -> bool:
    """Whether the task was closed, and not for lack of a pool."""
    return state.verdict is not None and state.verdict.why != StopReason.NO_POOL


def _round(desk: Desk) -> list[str]:
    """Return the projects with waiting tasks: new ones, then the others by when they were served.

    New ones come in the order in which they began to wait. A project at the front of the round
    without waiting tasks leaves it, and counts as new later; but not while a new one waits, which
    it would overtake again and again.
    """
    turns, since = desk.state.project_turns, {}
    served = set(turns)
    for name in desk.queues.projects():
        if name not in served and (at := desk.queues.waits_since(name, desk.peek)) is not None:
            since[name] = at
    while not since and turns and desk.queues.waits_since(turns[0], desk.peek) is None:
        del turns[0]
    return sorted(since, key=lambda name: (since[name], name)) + turns
