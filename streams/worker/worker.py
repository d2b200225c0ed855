"""The worker: poll, decode, receive, encode, commit; then learn what was committed.

Rule 1: what a batch changes lies over the desk until its commit is known to have succeeded.
Rule 2: the brain learns committed rewards only, in the order of the log, and is never undone.
Rule 3: nothing is dropped without a trace: what can't be used is a dead letter, in the same
transaction as the positions that pass over it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown
from streams.learner.worker_learner import worker_learner
from streams.log.log import Place
from streams.log.topics import (
    ASKS,
    DEADLETTERS,
    DECISIONS,
    LABELS,
    REWARDS,
    SHARED,
    TASKS,
    VERDICTS,
)
from streams.process import failpoints as at
from streams.process import timings
from streams.process.recovery import Recovery
from streams.worker.batches import Batches
from streams.worker.commits import Commits
from streams.worker.desk_restorer import DeskRestorer
from streams.worker.intake import Intake
from streams.worker.open_limits import MAX_BEHIND_S, limit_reached
from streams.worker.operations import WRITES_FOR_ALL, Operations
from streams.worker.timekeeper import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import Log


class Worker:
    """One member of a group, at work on the partitions it holds.

    Parameters
    ----------
    log
        The log; the worker joins `group` at once.
    make_core
        Called once, with the brain's bytes or `None`: returns the engine.
    settings
        Sizes of batches and the like.
    group
        Who share the work; they have one learner.
    follow
        Learn nothing, and use the newest snapshot of whoever does.
    clock
        The time in UTC seconds, of which the worker writes a tick every `settings.tick_s`; without
        one it writes none, and whoever owns the clock does.
    failpoint
        Called with the name of each step before and after it.
    progress
        Called with the worker after each turn of its loop, and before each wait for a broker that
        is in trouble.
    observe
        Told how long batches, commits and restores took.

    Raises
    ------
    LogBusy
        If the log allows the group one worker, or one learner, and it has one.
    """

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        settings: WorkerSettings,
        *,
        group: str = "poolwise",
        follow: bool = False,
        clock: Callable[[], float] | None = None,
        failpoint: Callable[[str], None] = at.nothing,
        progress: Callable[[Worker], None] = at.nothing,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.last_turn_at = time.monotonic()
        self._rebalances = 0
        self._held_before: frozenset[Place] = frozenset()
        self._settings = settings
        self._failpoint = failpoint
        self._progress = progress
        self._shared = log.shared(group, SHARED)
        self.learner = worker_learner(
            log, make_core, settings, self._shared, group, follow, clock, failpoint
        )
        self.core = self.learner.core
        self._time = Timekeeper(self.core, clock, settings)
        self.intake = Intake(self.core, log.partitions(TASKS), self._time)
        self._commits = Commits(self._shared)
        self._batches = Batches(
            self._commits, self.core, self.intake, settings.max_unexpected, failpoint, observe
        )
        self._desks = DeskRestorer(log, self._shared, self.core, failpoint, observe)
        self._operations = Operations(
            log, self._shared, self.core, self.intake, self._batches, settings.batch_records
        )
        self._recovery = Recovery(settings.recover_s, self._publish)

    # The loop ---------------------------------------------------------------------------------

    def step(self, timeout_s: float = 0.0) -> int:
        """Turn the loop once, waiting up to `timeout_s` for a record; how many were handled.

        Raises
        ------
        PoolwiseError
            If too much poison came in a row, or the log can't be relied on. Nothing half done was
            committed; close this worker and start another.
        """
        before = self.handled
        try:
            if self.learner.catching_up():  # nothing is decided on half of what is known
                self._shared.keep_alive()
                self.learner.learn(timeout_s)
            else:
                self._work(timeout_s)
        except CommitUnknown as error:
            self._time.late.forget()
            self._recovery.run(error, self._go_back)
        else:
            self._recovery.over()
            self._commits.over()
        self._shared.pause(self._waiting())
        if self.held() != self._held_before:
            self._held_before = self.held()
            self._rebalances += 1
        self._publish()
        return self.handled - before

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Turn the loop until `stop` says so or, if asked to, until nothing is left to read.

        Nothing left means: of what may be read now. At a limit of open tasks, further ones wait.
        After a long rest the first ticks aren't believed; those that are needed are waited for.
        """
        while not stop():
            patient = not until_idle or self._time.more_to_come(self._mine())
            self.step(self._settings.poll_s if patient else 0.0)
            if until_idle and self.idle():
                break
        self.finish()

    def idle(self) -> bool:
        """Whether nothing is left unread that may be read now."""
        if self._batches.waiting or self._time.more_to_come(self._mine()):
            return False
        if not self.learner.at_end():
            return False
        return self._shared.at_end() and self._operations.at_end(writes=self._writes_for_all())

    def finish(self) -> None:
        """Learn what is committed and write a snapshot; the worker may go on afterwards."""
        self.learner.learn()
        self.learner.save()

    def close(self) -> None:
        """Leave the group; nothing uncommitted is kept."""
        self._shared.close()
        self.learner.close()

    # What is to be seen of it -----------------------------------------------------------------

    @property
    def handled(self) -> int:
        """Records taken in and committed since the start, ticks too."""
        return self._batches.handled

    def figures(self) -> dict[str, int]:
        """What was done since the start, and what is open."""
        written = self._batches.written
        return {
            "handled": self.handled,
            "written": written.total(),
            **{topic: written[topic] for topic in (DECISIONS, ASKS, REWARDS, VERDICTS)},
            "dead_letters": written[DEADLETTERS],
            "forwarded": self.intake.counters["forwarded"],
            "ticks_refused": self._time.ticks_refused,
            "ignored_fields": self.intake.ignored_fields().total(),
            "commits_unknown": self._recovery.failed,
            "rebalances": self._rebalances,
            **self.learner.counters,
            "open_tasks": self.core.open_tasks(),
            "halted_tasks": self.core.halted_tasks(),
            "open_asks": self.core.open_asks(),
        }

    def written_by_topic(self) -> Mapping[str, int]:
        """Records committed since the start."""
        return self._batches.written

    def dead_letters_by_rule(self) -> Mapping[str, int]:
        """Dead letters committed since the start, by the rule that was broken."""
        return self._batches.dead_letters

    def held(self) -> frozenset[Place]:
        """Partitions held."""
        return self._shared.held()

    def lag(self) -> Mapping[Place, int]:
        """Committed records not read yet, of each partition held, and rewards not learned."""
        return {**self._shared.lag(), **self.learner.lag()}

    def restored(self) -> bool:
        """Whether the desk of every partition held is loaded."""
        return self._desks.restored >= frozenset(self._mine())

    def trouble(self) -> str | None:
        """Why the log can't be relied on now: the outcome of a commit isn't known yet."""
        return self._recovery.trouble()

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return self._shared.heard_at()

    def paused(self) -> str | None:
        """Which limit lets further tasks wait, if one does."""
        behind = self._time.behind(self._mine())
        return limit_reached(self.core, self._settings) or (MAX_BEHIND_S if behind else None)

    def clock_skew_s(self) -> float | None:
        """How far our clock is ahead of the brokers', where that is known."""
        return self._time.skew_s()

    def catching_up(self) -> bool:
        """Whether it decides nothing yet: its model is still to learn what was there."""
        return self.learner.catching_up()

    def model_age_s(self) -> float | None:
        """Seconds since the model that it follows was saved; `None` if it learns itself."""
        return self.learner.model_age_s()

    def model_position(self) -> int:
        """Position in `rewards` up to which its model has learned."""
        return self.learner.position

    # Round about ------------------------------------------------------------------------------

    def _work(self, timeout_s: float) -> None:
        """Take in what came, write what follows, and learn what was committed."""
        self._desks.take_over(self._mine())
        self._operations.follow(writes=self._writes_for_all())
        self._tick()
        self._failpoint("before poll")
        records = self._shared.poll(self._settings.batch_records, timeout_s)
        self._failpoint("after poll")
        moved = self._desks.take_over(self._mine())
        self._batches.release(self.held())
        self._batches.report(self._shared.lost())
        here = [one for one in records if one[:2] not in moved]
        ready = self._time.late.sort(here, self._time.behind(self._mine()), self.held())
        if any(record.topic == TASKS for record in ready):
            self._operations.catch_up(writes=self._writes_for_all())
        self._batches.handle(ready)
        self.learner.learn()

    def _tick(self) -> None:
        """Write the time into the partitions held; it is read like anything else."""
        ticks = self._time.due(self._mine())
        if ticks:
            self._failpoint("before tick")
            self._commits.commit(ticks, {})
            self._failpoint("after tick")

    def _mine(self) -> list[int]:
        return [place.partition for place in self.held() if place.topic == LABELS]

    def _waiting(self) -> frozenset[Place]:
        """Partitions of tasks that aren't read now."""
        mine = self._mine()
        full = limit_reached(self.core, self._settings)
        return frozenset(Place(TASKS, one) for one in (mine if full else self._time.behind(mine)))

    def _writes_for_all(self) -> bool:
        return WRITES_FOR_ALL in self._mine()

    def _go_back(self) -> None:
        """Go back to what is committed; where that can't be told, the next turn restores desks."""
        if self._shared.rewind() and self._batches.settle():
            self._desks.read_on()
        else:
            self._batches.forget()
            self._desks.forget()
        self._operations.begin_again()

    def _publish(self) -> None:
        """Say how it is; a turn, or a wait in which the loop is not stuck."""
        self.last_turn_at = time.monotonic()
        self._progress(self)
