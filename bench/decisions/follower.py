"""An engine whose brain follows the snapshots of a learner, in simulated time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bandit.engine.engine import Engine
from bandit.events import Reward, Tick
from bandit.learn.brain import Brain
from replay.market.drive import Drive
from replay.market.outcome import taken
from streams.config.config import WorkerSettings
from streams.learner.snapshot_schedule import is_due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Input, Output
    from bandit.settings import Settings
    from replay.market.market import Market
    from replay.market.outcome import Outcome


WORKER = WorkerSettings()


@dataclass(frozen=True)
class Schedule:
    """When a learner saves, as `streams.learner.learner` does; without `early`, as it once did."""

    early: bool = True

    def due(self, learned: int, since: int, age_s: float) -> bool:
        """Whether a snapshot is due."""
        if age_s >= WORKER.snapshot_every_s:
            return since > 0
        if self.early:
            return is_due(learned, since, age_s, WORKER)
        return since >= WORKER.snapshot_every and age_s >= WORKER.snapshot_min_s


class FollowingEngine:
    """An engine that follows a learner, which sees each reward at once."""

    def __init__(self, settings: Settings, schedule: Schedule) -> None:
        self._learner = Brain(settings)
        self._engine = Engine(settings, Brain(settings), partitions=1)
        self._schedule = schedule
        self._saved_at: float | None = None
        self._now = 0.0
        self.snapshots = 0

    def receive(self, event: Input | Reward) -> Sequence[Output]:
        """Take one event in; return what follows from it."""
        if isinstance(event, Reward):
            self._learner.learn(event)
            self._save()
            return ()
        if isinstance(event, Tick):
            self._now = event.at
            self._saved_at = self._now if self._saved_at is None else self._saved_at
            self._save()
        return self._engine.receive(event)

    def keep(self) -> None:
        """Make the changes so far final."""
        self._engine.keep()

    def _save(self) -> None:
        learned = self._learner.position
        since = learned - self._engine.brain.position
        age_s = self._now - (self._now if self._saved_at is None else self._saved_at)
        if self._schedule.due(learned, since, age_s):
            self._engine.adopt(self._learner.to_bytes())
            self._saved_at = self._now
            self.snapshots += 1


def followed_outcome(market: Market, settings: Settings, schedule: Schedule) -> tuple[Outcome, int]:
    """Let a follower work through the market's tasks; return its snapshots, too."""
    engine = FollowingEngine(settings, schedule)
    drive = Drive(engine, market, settings.clock.max_jump_s / 2)
    return taken(drive.run(market.events()), "follower"), engine.snapshots
