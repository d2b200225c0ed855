"""The worker: poll, decode, receive, encode, commit; then learn what was committed.

Rule 1: a batch changes only an overlay of the desk until its commit is known to have succeeded.
Rule 2: the brain learns committed rewards only, in the order of the log, and is never undone.
Rule 3: no record is dropped without a trace: one that can't be used becomes a dead letter, in the
same transaction as the position after it.
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
from streams.process import timings
from streams.process.failpoints import nothing
from streams.process.recovery import Recovery
from streams.worker.batches import Batches
from streams.worker.commits import Commits
from streams.worker.desk_restorer import DeskRestorer
from streams.worker.intake import Intake
from streams.worker.open_limits import MAX_BEHIND_S, Limit, limit_reached
from streams.worker.operations import WRITES_FOR_ALL, Operations
from streams.worker.timekeeper import Timekeeper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.config.config import WorkerSettings
    from streams.core import Core
    from streams.log.log import Log


class Worker:
    """The loop of one group member, which processes the partitions it holds.

    Parameters
    ----------
    log
        The log; the worker joins `group` at once.
    make_core
        Called with the brain's bytes or `None`; makes the engine.
    settings
        The section [worker].
    group
        The consumer group; it has one learner.
    follow
        Learn nothing, and follow the snapshots of the group's learner.
    clock
        The time in UTC seconds, for the ticks; if `None`, another program writes them.
    failpoint
        Called with the name of each step before and after it.
    progress
        Called with the worker after each turn, and before each wait while requests to the log fail.
    observe
        Receives the durations of batches, commits and restores.

    Raises
    ------
    LogBusy
        If the group already has the one worker, or the one learner, that the log allows.
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
        failpoint: Callable[[str], None] = nothing,
        progress: Callable[[Worker], None] = nothing,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.last_turn_at = time.monotonic()
        self._rebalances = 0
        self._held_before: frozenset[Place] = frozenset()
        self._settings = settings
        self._failpoint = failpoint
        self._progress = progress
        self._member = log.shared(group, SHARED)
        self.learner = worker_learner(
            log, make_core, settings, self._member, group, follow, clock, failpoint
        )
        self.core = self.learner.core
        self._time = Timekeeper(self.core, clock, settings)
        self.intake = Intake(self.core, log.partitions(TASKS), self._time)
        self._commits = Commits(self._member)
        self._batches = Batches(
            self._commits, self.core, self.intake, settings.max_unexpected, failpoint, observe
        )
        self._desks = DeskRestorer(log, self._member, self.core, failpoint, observe)
        self._operations = Operations(
            log, self._member, self.core, self.intake, self._batches, settings.batch_records
        )
        self._recovery = Recovery(settings.recover_s, self._publish)

    # The loop ---------------------------------------------------------------------------------

    def step(self, timeout_s: float = 0.0) -> int:
        """Run the loop once, waiting up to `timeout_s` for a record; return how many were handled.

        Raises
        ------
        PoolwiseError
            If too many records in a row raised unexpected errors, or the log failed for too long.
        """
        before = self.handled
        try:
            if self.learner.catching_up():  # decisions wait until it has learned
                self._member.keep_alive()
                self.learner.learn(timeout_s)
            else:
                self._work(timeout_s)
        except CommitUnknown as error:
            self._time.deferred.forget()
            self._recovery.run(error, self._go_back)
        else:
            if self._commits.caught_up(self.held() - self._waiting()):
                self._recovery.over()
            self._commits.over()
        self._member.pause(self._waiting())
        if self.held() != self._held_before:
            self._held_before = self.held()
            self._rebalances += 1
        self._publish()
        return self.handled - before

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Run the loop until `stop()` or, with `until_idle`, until nothing is left to read.

        At a limit of open tasks, further ones are left. After a long pause the engine refuses the
        first ticks; the loop goes on until it accepts one.
        """
        while not stop():
            patient = not until_idle or self._time.more_to_come(self._partitions())
            self.step(self._settings.poll_s if patient else 0.0)
            if until_idle and self.idle():
                break
        self.finish()

    def idle(self) -> bool:
        """Whether everything that may be read now was read."""
        if self._batches.waiting or self._time.more_to_come(self._partitions()):
            return False
        if not self.learner.at_end():
            return False
        return self._member.at_end() and self._operations.at_end(writes=self._writes_for_all())

    def finish(self) -> None:
        """Learn the committed rewards and write a snapshot; the worker may go on afterwards."""
        self.learner.learn()
        self.learner.save()

    def close(self) -> None:
        """Leave the group; nothing uncommitted is kept."""
        self._member.close()
        self.learner.close()

    # Monitoring -------------------------------------------------------------------------------

    @property
    def handled(self) -> int:
        """Records processed and committed since the start, including ticks."""
        return self._batches.handled

    def figures(self) -> dict[str, int]:
        """Counts since the start, and what is open."""
        written = self._batches.written
        return {
            "handled": self.handled,
            "written": written.total(),
            **{topic: written[topic] for topic in (DECISIONS, ASKS, REWARDS, VERDICTS)},
            "dead_letters": written[DEADLETTERS],
            **self.intake.figures(),
            "ticks_refused": self._time.ticks_refused,
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
        """Dead letters committed since the start, by broken rule."""
        return self._batches.dead_letters

    def held(self) -> frozenset[Place]:
        """Partitions held."""
        return self._member.held()

    def lag(self) -> Mapping[Place, int]:
        """Consumer lag of each partition held, and of rewards not learned yet."""
        return {**self._member.lag(), **self.learner.lag()}

    def restored(self) -> bool:
        """Whether the desk of every partition held is restored."""
        return self._desks.restored >= frozenset(self._partitions())

    def trouble(self) -> str | None:
        """Why requests to the log fail now; `None` while they succeed."""
        return self._recovery.trouble()

    def heard_at(self) -> float:
        """Time of the log's last response on the monotonic clock; safe from any thread."""
        return self._member.heard_at()

    def paused(self) -> Limit | None:
        """The limit at which no further tasks are read; `None` if none is reached."""
        behind = self._time.behind(self._partitions())
        return limit_reached(self.core, self._settings) or (MAX_BEHIND_S if behind else None)

    def clock_skew_s(self) -> float | None:
        """Seconds that our clock is ahead of the brokers', if known."""
        return self._time.skew_s()

    def catching_up(self) -> bool:
        """Whether decisions wait until the model has learned earlier rewards."""
        return self.learner.catching_up()

    def model_age_s(self) -> float | None:
        """Seconds since the learner confirmed the model that it follows; `None` if it learns."""
        return self.learner.model_age_s()

    def model_position(self) -> int:
        """Position in `rewards` up to which its model has learned."""
        return self.learner.position

    # The steps of a turn ----------------------------------------------------------------------

    def _work(self, timeout_s: float) -> None:
        """Process new records, commit their outputs, and learn committed rewards."""
        self._desks.take_over(self._partitions())
        self._operations.follow(writes=self._writes_for_all())
        self._tick()
        self._failpoint("before poll")
        records = self._member.poll(self._settings.batch_records, timeout_s)
        self._failpoint("after poll")
        partitions = self._partitions()
        moved = self._desks.take_over(partitions)
        self._batches.release(self.held())
        self._batches.report(self._member.lost())
        current = [record for record in records if record[:2] not in moved]
        ready = self._time.deferred.sort(current, self._time.behind(partitions), self.held())
        if any(record.topic == TASKS for record in ready):
            self._operations.catch_up(writes=self._writes_for_all())
        self._batches.handle(ready)
        self.learner.learn()

    def _tick(self) -> None:
        """Write the ticks that are due; they are read back like any record."""
        if ticks := self._time.due(self._partitions()):
            self._failpoint("before tick")
            self._commits.commit(ticks, {})
            self._failpoint("after tick")

    def _partitions(self) -> list[int]:
        return [place.partition for place in self.held() if place.topic == LABELS]

    def _waiting(self) -> frozenset[Place]:
        """Partitions of tasks that are paused now."""
        held = self._partitions()
        paused = held if limit_reached(self.core, self._settings) else self._time.behind(held)
        return frozenset(Place(TASKS, partition) for partition in paused)

    def _writes_for_all(self) -> bool:
        return WRITES_FOR_ALL in self._partitions()

    def _go_back(self) -> None:
        """Go back to what is committed; if that is unknown, the next turn restores the desks."""
        if self._member.rewind() and self._batches.settle():
            self._desks.read_on()
        else:
            self._batches.forget()
            self._desks.forget()
        self._operations.begin_again()

    def _publish(self) -> None:
        """Report the state, after a turn or before a wait: either way the loop is not stuck."""
        self.last_turn_at = time.monotonic()
        self._progress(self)
