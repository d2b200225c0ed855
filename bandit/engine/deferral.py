"""Deferral: whether a task should wait for a pool that is closed or full, though others are not.

What is eligible when the task is decided about at last, and with what chances, is logged as ever:
waiting changes when that is, not how it is drawn.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from bandit.decide.foreseen import note_end, shortfalls
from bandit.decide.later import WAITS, Chance, Prospects, hours_ahead
from bandit.task.arrivals import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bandit.decide.contexts import ContextBuilder, LoggedContext
    from bandit.desk.desk import Desk
    from bandit.desk.queues import Need
    from bandit.events import Pool
    from bandit.limits.capacity import Capacity
    from bandit.limits.eligibility import Eligibility
    from bandit.settings import PolicySettings
    from bandit.task.state import TaskState

    IsOpen = Callable[[str, float], float]

MOST_HALTED = 5000
"""Halted tasks of a desk up to which further ones wait for an opening: a worker that has too many
(`worker.max_halted`) reads no new tasks."""
LEAST_S = 60.0
"""Least time to a second look at a task that waits for room: ticks make that."""


class Better(NamedTuple):
    """The pool that a task waits for, and until when; `full` are the open ones without room.

    `without_usd` is the value of going on without it.
    """

    pool: str
    until: float
    full: tuple[str, ...]
    without_usd: float

    @property
    def is_open(self) -> bool:
        """Whether the pool has no room, or else is closed."""
        return self.pool in self.full


class Deferral:
    """Finds pools that are worth waiting for."""

    def __init__(
        self,
        settings: PolicySettings,
        eligibility: Eligibility,
        contexts: ContextBuilder,
        capacity: Capacity,
    ) -> None:
        self._by_value = settings.name == "value"
        self._eligibility = eligibility
        self._contexts = contexts
        self._capacity = capacity

    def better(
        self,
        desk: Desk,
        state: TaskState,
        need: Need,
        affordable: Sequence[Pool],
        free: Sequence[Pool],
        logged: LoggedContext,
    ) -> Better | None:
        """Return the pool to wait for; `None` where it is better to go on with those `free`.

        Only a deadline says how long an answer may take, so a task without one never waits.
        """
        deadline_at, now = state.task.deadline_at, logged.terms.now
        if deadline_at is None or not self._by_value:
            return None
        names = {pool.pool for pool in free}
        full = [
            pool
            for pool in affordable
            if pool.pool not in names
            and pool.pool not in need.declined
            and self._capacity.wanted(desk, pool.pool) < 1.0
        ]
        has_place = desk.state.hours and desk.halted.open_count < MOST_HALTED
        closed = self._closed(desk, state, need, now) if has_place else []
        if not full and not closed:
            return None
        left_s = deadline_at - now
        prospects = self._prospects(desk, state, free, [*full, *closed], logged, left_s)
        if prospects is None:
            return None
        waits = (one.wait_s for one in prospects.alone.values())
        latest_s = left_s - WAITS * max(waits, default=0.0)

        def is_open(name: str, after_s: float) -> float:
            hours = desk.state.hours.get(name)
            return 1.0 if hours is None else hours.is_open(now + after_s)

        chances = chain(
            self._openings(desk, closed, now, left_s, latest_s),
            (self._turn(desk, pool, latest_s, is_open) for pool in full),
        )
        best = prospects.best(chances, is_open)
        if best is None:
            return None
        full_names = tuple([pool.pool for pool in full])
        return Better(best.pool, now + best.until_s, full_names, prospects.now_usd)

    def note_new_pools(
        self, desk: Desk, state: TaskState, pools: Sequence[Pool], logged: LoggedContext
    ) -> None:
        """Note what came of asks so far, if pools can be asked now that couldn't be asked then."""
        measured = [ask for ask in state.asks if ask.foreseen is not None]
        possible = {action.pool for action in logged.context.actions} if measured else set()
        asks = [ask for ask in measured if not possible.issubset(ask.pmf)]
        if not asks:
            return
        values, as_then = [0.0], [pool for pool in pools if pool.pool in asks[-1].pmf]
        if as_then:
            context = self._contexts.build(desk, state, as_then, logged.terms.now).context
            values += [action.value_usd for action in context.actions]
        note_end(desk.state, state, asks, logged, max(values))

    def _closed(self, desk: Desk, state: TaskState, need: Need, now: float) -> list[Pool]:
        """Return the closed pools that may open, and that could then be asked."""
        gone = self._contexts.nobody_left(state)
        pools = [
            pool
            for pool in self._eligibility.closed(need)
            if pool.pool in desk.state.hours and pool.pool not in gone
        ]
        return self._eligibility.affordable(need.project, pools, now)

    def _prospects(
        self,
        desk: Desk,
        state: TaskState,
        free: Sequence[Pool],
        later: Sequence[Pool],
        logged: LoggedContext,
        left_s: float,
    ) -> Prospects | None:
        """Return what asking pools now and `later` would bring, with what isn't foreseen of it.

        `None` while too little is known of that: of those that are free at most what is likely is
        counted, of the others the mean.
        """
        context = logged.context
        worth, labels = context.worth_usd, context.labels
        known = shortfalls(desk.state, [pool.pool for pool in free], labels)
        if free and not known:
            return None
        most = max((one.most() for one in known.values()), default=0.0)
        above = {
            pool.pool: worth * (known[pool.pool].most() if pool.pool in known else most)
            for pool in free
        }
        of_later = shortfalls(desk.state, [pool.pool for pool in later], labels)
        together = self._contexts.build(desk, state, [*free, *later], logged.terms.now)
        alone = logged.options.prospects()
        values = [action.value_usd + above.get(action.pool, 0.0) for action in context.actions]
        if context.may_stop or context.may_answer:
            values.append(0.0)
        return Prospects(
            alone={name: alone[name].raised(usd) for name, usd in above.items()},
            with_later={
                name: one.raised(worth * of_later[name].mean) if name in of_later else one
                for name, one in together.options.prospects().items()
            },
            now_usd=max(values),
            worth_usd=worth,
            delay_usd_per_hour=logged.terms.delay_usd_per_hour,
            left_s=left_s,
        )

    def _openings(
        self, desk: Desk, closed: Sequence[Pool], now: float, left_s: float, latest_s: float
    ) -> Iterator[Chance]:
        """Yield the hours at which closed pools may be open, and can have got to the task."""
        for pool in closed:
            hours, turn_s = desk.state.hours[pool.pool], self._capacity.turn_s(desk, pool)
            wanted = self._capacity.wanted(desk, pool.pool)
            for open_s in hours_ahead(now, left_s):
                after_s = open_s + turn_s
                until_s = max(after_s, min(after_s + HOUR_S, latest_s))
                chance = min(hours.opens(now + open_s), hours.opens(now + after_s))
                yield Chance(pool.pool, after_s, until_s, chance, wanted)

    def _turn(self, desk: Desk, pool: Pool, latest_s: float, is_open: IsOpen) -> Chance:
        """Return when an open pool without room can have got to the task."""
        after_s = self._capacity.turn_s(desk, pool)
        until_s = max(after_s, min(2.0 * after_s + LEAST_S, latest_s))
        wanted = self._capacity.wanted(desk, pool.pool)
        return Chance(pool.pool, after_s, until_s, is_open(pool.pool, after_s), wanted)
