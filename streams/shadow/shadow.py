"""The shadow: decides beside the workers with another configuration, and sends nothing.

Rule 1: it joins no group and writes nothing into the log.
Rule 2: it compares one step ahead, never further: at each logged decision, with the labels, pools
and prices of that moment.
Rule 3: what the log does not hold is counted and reported, not guessed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bandit.decide.policies.policy import make
from bandit.engine import checks
from bandit.errors import EventError, LogError
from bandit.events import Pool
from streams.log.codec import InputDecoder
from streams.log.log import read_to_end
from streams.log.topics import DECISIONS, POOLS, TASKS
from streams.process.failpoints import nothing
from streams.process.no_desks import NoDesks
from streams.shadow.case import OWN
from streams.shadow.comparison import compare
from streams.shadow.decisions import Decisions, ends
from streams.shadow.model import FollowedModel, LearningModel
from streams.shadow.tally import ComparisonTally
from streams.shadow.worth import Worths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bandit.settings import Settings
    from streams.log.log import Log, Place, Record
    from streams.shadow.comparison import ShadowComparison
    from streams.shadow.log import ShadowLog
    from streams.shadow.model import ShadowModel

BATCH = 1000
"""Decisions between two writes of the shadow's file and two looks at the pools."""


class Shadow(NoDesks):
    """A shadow at work.

    Parameters
    ----------
    log
        The log, which it only reads.
    settings
        The configuration to try.
    file
        The file for its comparisons; existing ones are counted, and it continues after them.
    follow
        Learn nothing, and use the newest snapshot of the learner.
    from_now
        Begin with decisions from now on; if `file` has comparisons, after them.
    clock
        The time in UTC seconds.
    progress
        Called with this after each turn of its loop.

    Raises
    ------
    LogError
        If the file belongs to another log.
    """

    def __init__(
        self,
        log: Log,
        settings: Settings,
        *,
        file: ShadowLog | None = None,
        follow: bool = False,
        from_now: bool = False,
        clock: Callable[[], float] = time.time,
        progress: Callable[[Shadow], None] = nothing,
    ) -> None:
        self.last_turn_at = time.monotonic()
        self.tally = ComparisonTally()
        self._settings = settings
        self._policy = make(settings.policy)
        self._file = file
        self._progress = progress
        self._pools: dict[str, Pool] = {}
        self._decode = InputDecoder().decode
        self._pool_reader = log.follow(POOLS)
        for records in read_to_end(self._pool_reader, BATCH):
            self._take_in(records)
        new = from_now and (file is None or not file.n_bytes)
        self._worths = Worths(log, settings, self._pools, ends(log, TASKS) if new else {})
        positions = ends(log, DECISIONS) if from_now else {}
        positions |= self._take_up(log, file) if file else {}
        self._model: ShadowModel = (
            FollowedModel(log, settings, clock) if follow else LearningModel(log, settings)
        )
        self._decisions = Decisions(log, positions)

    def step(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Compare all decisions logged so far; return how many there were."""
        before = self.tally.decisions
        self._look_up()
        lines: list[ShadowComparison] = []
        for logged in self._decisions.so_far(stop):
            decision = logged.decision
            if decision.brain == OWN:
                self._model.leave_out(decision.experiment, decision.arm)
            else:
                self._model.reach(decision.brain_position)
            line = compare(
                logged, self._settings, self._policy, self._model.brain, self._pools, self._worths
            )
            lines.append(line)
            self.tally.receive(line)
            if len(lines) == BATCH:
                self._note(lines)
                self._look_up()
        self._note(lines)
        return self.tally.decisions - before

    def run(
        self,
        *,
        until_idle: bool = False,
        poll_s: float = 0.5,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Run until `stop` returns true or, with `until_idle`, until all decisions are compared."""
        while not stop():
            decisions = self.step(stop)
            if not decisions and not stop():
                if until_idle:
                    break
                self._decisions.wait(poll_s)

    def close(self) -> None:
        """Stop reading."""
        self._decisions.close()
        self._model.close()
        self._worths.close()
        self._pool_reader.close()

    def report(self) -> dict[str, Any]:
        """Return all figures, by name."""
        trouble = {"unreadable": self._decisions.unreadable, "deleted": self._decisions.deleted}
        projects = [self._settings.project, *self._settings.projects.values()]
        today = any(
            project.delay_usd_per_hour or project.verdict_within_s or project.target_accuracy
            for project in projects
        )
        return {**self.tally.figures(), **trouble, "pools_of_today": today}

    # As `streams.monitor.health.Watched` ------------------------------------------------------

    def figures(self) -> dict[str, int]:
        """None: it does nothing that a worker counts."""
        return {}

    def lag(self) -> Mapping[Place, int]:
        """Decisions not compared yet."""
        return self._decisions.lag()

    def trouble(self) -> str | None:
        """None: it commits nothing."""
        return None

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return self._decisions.heard_at()

    def model_age_s(self) -> float | None:
        """Seconds since the followed model was saved; `None` if it learns itself."""
        return self._model.model_age_s()

    def model_position(self) -> int:
        """Position in `rewards` up to which its model has learned."""
        return self._model.model_position()

    # Reading ----------------------------------------------------------------------------------

    def _look_up(self) -> None:
        """Read new pools and snapshots, and report that the loop turns."""
        while records := self._pool_reader.poll(BATCH, 0.0):
            self._take_in(records)
        self._model.look_up()
        self.last_turn_at = time.monotonic()
        self._progress(self)

    def _take_in(self, records: Iterable[Record]) -> None:
        for record in records:
            try:
                pool = self._decode(record.value)
                if isinstance(pool, Pool):
                    checks.pool(pool)
                    self._pools[pool.pool] = pool
            except EventError:  # a dead letter, and a worker's to write
                continue

    def _take_up(self, log: Log, file: ShadowLog) -> dict[int, int]:
        """Count the comparisons in the file; return where to continue, by partition."""
        positions: dict[int, int] = {}
        for line in file.lines():
            self.tally.receive(line)
            would = line.choice if line.shadow is None else line.shadow.choice
            self._worths.again(line.partition, line.task, (line.choice, would), line.log_worth)
            positions[line.partition] = line.offset + 1
        there = ends(log, DECISIONS) if positions else {}
        for partition, position in positions.items():
            if position > there.get(partition, 0):
                msg = (
                    f"{file.path}: it has decisions up to offset {position} of partition"
                    f" {partition}, but the log only up to {there.get(partition, 0)}: the file"
                    " belongs to another log"
                )
                raise LogError(msg)
        return positions

    def _note(self, lines: list[ShadowComparison]) -> None:
        if self._file is not None and lines:
            self._file.write(lines)
        lines.clear()
