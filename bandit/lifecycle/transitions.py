"""Transitions of tasks and asks: the only code that changes their stage or counts open tasks.

Each writes a task's record and everything of the desk that must agree with it, so no caller can do
half of it. `bandit.lifecycle.stages` has the table of which stages each may lead from and to.

    transition   record                             desk and limits
    ----------   --------------------------------   ------------------------------------------------
    open         a new one                          open tasks + 1; the deadline on the agenda
    ask          one ask more, WAITING              in flight + 1, room and budget used; its expiry
                                                    on the agenda
    queue        waits_for, worth_usd, retry_at,    waiting + 1 in each pool; an entry in the queue
                 nobody_left
    halt         halted, halted_at                  an entry among the halted tasks
    strand       the same, and retry_at             the same; giving up on the agenda
    defer        until, better                      waiting + 1 in the pool, if it is halted; the
                                                    end of its wait on the agenda
    look         look_at                            looking again on the agenda
    resume       none of those any more             waiting - 1; counted as halted no more
    label        the ask LABELED                    in flight - 1 if awaited; budget corrected
    give_up      the ask DECLINED or EXPIRED        in flight - 1; its price given back
    truth        gold                               -
    predict      predictions                        -
    close        verdict, closed_at                 open tasks - 1, closed tasks + 1; forgetting on
                                                    the agenda
    revise       verdict                            -
    forget       deleted                            as resume; closed tasks - 1

`put` (`bandit.desk.desk`) is the caller's: a task is put on the desk before it is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.agenda import AgendaEntry
from bandit.desk.idle_projects import note_task, note_verdict
from bandit.desk.stranded import stranded
from bandit.task.state import LABELED, WAITING, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bandit.desk.desk import Desk
    from bandit.events import Chances, Gold, Label, Pool, Task, Verdict
    from bandit.limits.budgets import Budgets
    from bandit.limits.capacity import Capacity
    from bandit.settings import MemorySettings
    from bandit.task.periods import Caps
    from bandit.task.state import AskState, AskStatus

MOST_S = 1e9
"""Longest estimate of a wait for room, some 30 years: finite however slow the pools are."""


class Transitions:
    """Moves tasks and asks on their desks, with what limits asks kept in step."""

    def __init__(self, memory: MemorySettings, capacity: Capacity, budgets: Budgets) -> None:
        self._memory = memory
        self._capacity = capacity
        self._budgets = budgets

    # An open task -----------------------------------------------------------------------------

    def open(self, desk: Desk, task: Task) -> TaskState:
        """Take in a task that is not known."""
        state = TaskState(task=task)
        desk.put(state)
        desk.state.open_tasks += 1
        note_task(desk.state, task.project, desk.now(task))
        if task.deadline_at is not None:
            desk.agenda.add(AgendaEntry(task.deadline_at, "deadline", task.task))
        return state

    def ask(
        self,
        desk: Desk,
        state: TaskState,
        ask: AskState,
        pool: Pool,
        caps: Caps,
        *,
        is_wanted: bool = False,
    ) -> None:
        """Add an ask of `pool`; `caps` are the project's budgets.

        `is_wanted` says that its label is worth its price, so that it was not asked to explore.
        """
        state.asks.append(ask)
        self._capacity.ask(desk, pool)
        if is_wanted and state.better != pool.pool:
            self._capacity.want(desk, pool.pool)
        self._budgets.spend(desk, state.task.project, caps, ask.at, pool.usd_per_label)
        desk.agenda.add(AgendaEntry(ask.expires_at, "expire", state.task.task, ask.ask))

    def queue(
        self,
        desk: Desk,
        state: TaskState,
        pools: Sequence[Pool],
        now: float,
        worth_usd: float,
        nobody_left: Iterable[str] = (),
    ) -> None:
        """Let the task wait until one of `pools` has room, in the order of what it is worth.

        That pools in `nobody_left` have room is no reason to decide again.
        """
        state.waits_for, state.worth_usd = tuple(pool.pool for pool in pools), worth_usd
        state.nobody_left = tuple(sorted(nobody_left))
        self._capacity.wait(desk, state.waits_for, 1)
        ahead = max(self._capacity.waiting(name) for name in state.waits_for)
        per_s = sum(self._capacity.per_s(pool) for pool in pools)
        state.retry_at = now + min(max(1.0, ahead / max(per_s, 1.0 / MOST_S)), MOST_S)
        desk.queues.add(state)

    def halt(self, desk: Desk, state: TaskState, situation: str, now: float) -> None:
        """Let the task wait until its project is in another situation."""
        state.stranded_at = None
        state.halted, state.halted_at = situation, now
        desk.halted.add(state)

    def defer(self, desk: Desk, state: TaskState, pool: str, until: float) -> None:
        """Let the task, which was halted or queued for a better `pool`, wait until then at most."""
        if state.better != pool:
            self._capacity.want(desk, pool)
        if not state.waits_for:
            self._capacity.wait(desk, (pool,), 1)
        state.until, state.better = until, pool
        desk.agenda.add(AgendaEntry(until, "retry", state.task.task))

    def strand(self, desk: Desk, state: TaskState, now: float, give_up_at: float) -> None:
        """Let the task wait until an open pool is able to take it, or until it is given up."""
        state.halted, state.halted_at = stranded(state.task.skills), now
        desk.halted.add(state)
        state.retry_at = give_up_at
        desk.agenda.add(AgendaEntry(give_up_at, "retry", state.task.task))

    def look(self, desk: Desk, state: TaskState, at: float | None) -> None:
        """Look again at `at`, if ever, at a task of which asks are awaited."""
        if at is not None and at != state.look_at:
            desk.agenda.add(AgendaEntry(at, "look", state.task.task))
        state.look_at = at

    def note_pools(self, state: TaskState, now: float, *, are_able: bool) -> float:
        """Note whether open pools are able to take the task; return since when none has been."""
        if are_able:
            state.stranded_at = None
        elif state.stranded_at is None:
            state.stranded_at = now
        return now if state.stranded_at is None else state.stranded_at

    def resume(self, desk: Desk, state: TaskState) -> None:
        """End the task's wait, whatever it waited for."""
        waited_for = state.waits_for
        if state.until is not None and not waited_for:
            waited_for = (state.better,)
        self._capacity.wait(desk, waited_for, -1)
        state.retry_at, state.waits_for, state.worth_usd, state.nobody_left = None, (), None, ()
        state.until, state.look_at = None, None
        if state.halted_at is not None:
            desk.halted.leave(state)
        state.halted, state.halted_at = "", None

    # An ask -----------------------------------------------------------------------------------

    def label(
        self, desk: Desk, state: TaskState, ask: AskState, label: Label, *, shadowed: bool
    ) -> bool:
        """Take in the label of an ask; whether it was late, so that its price was given back."""
        is_late = ask.status is not WAITING
        if not is_late:
            self._capacity.end(desk, ask.pool)
        usd = ask.usd if label.usd is None else label.usd
        counted_usd = 0.0 if is_late else ask.usd
        self._budgets.correct(desk, state.task.project, ask.at, usd - counted_usd)
        ask.list_usd = None if usd == ask.usd else ask.usd
        ask.status, ask.label, ask.usd = LABELED, label, usd
        ask.ended_at = ask.believed(label.at, desk.state.now)
        ask.shadowed = shadowed
        return is_late

    def give_up(
        self, desk: Desk, state: TaskState, ask: AskState, status: AskStatus, at: float
    ) -> None:
        """End an ask without a label: it expired, or the pool declined it."""
        ask.status, ask.ended_at = status, at
        self._capacity.end(desk, ask.pool)
        self._budgets.correct(desk, state.task.project, ask.at, -ask.usd)

    def predict(self, state: TaskState, source: str, chances: Chances) -> None:
        """Note what the user's own model says of a task that is not decided about yet."""
        state.predictions = {**state.predictions, source: chances}

    # A closed task ----------------------------------------------------------------------------

    def truth(self, state: TaskState, gold: Gold) -> None:
        """Note the true answer."""
        state.gold = gold

    def close(self, desk: Desk, state: TaskState, verdict: Verdict) -> None:
        """Close the task with its first verdict."""
        state.verdict, state.closed_at, state.look_at = verdict, verdict.at, None
        desk.state.open_tasks -= 1
        note_verdict(desk.state, state.task.project, verdict.at)
        desk.closed.add(state.task.task, verdict.at)
        forget_at = verdict.at + self._memory.remember_closed_s
        desk.agenda.add(AgendaEntry(forget_at, "forget", state.task.task))

    def revise(self, state: TaskState, verdict: Verdict) -> None:
        """Replace the verdict by its next revision."""
        state.verdict = verdict

    def forget(self, desk: Desk, state: TaskState) -> None:
        """Delete a closed task, and its audit's wait if it has one."""
        self.resume(desk, state)
        desk.closed.remove()
        desk.remove(state.task.task)
