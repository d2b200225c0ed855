"""The learner: from the newest snapshot on, the committed rewards in the order of the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.errors import CommitUnknown, EventError, StateError
from streams import failpoints as at
from streams.codec import decode_reward
from streams.snapshots import Snapshots
from streams.topics import REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.core import Core
    from streams.log import Log

BATCH = 1000


class Learner:
    """Makes the core, teaches its brain, and saves it every `snapshot_every` rewards."""

    def __init__(
        self,
        log: Log,
        make_core: Callable[[bytes | None], Core],
        snapshot_every: int,
        failpoint: Callable[[str], None] = at.nothing,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._failpoint = failpoint
        self._snapshot_every = snapshot_every
        self._snapshots = Snapshots(log)
        self.core, self._position = self._awake(make_core)
        self._saved = self._position  # rewards up to here need not be learned again
        self._rewards = log.follow(REWARDS, 0, self._position)
        while not self._rewards.at_end():
            self.learn(timeout_s=1.0)

    def learn(self, timeout_s: float = 0.0) -> None:
        """Learn what was committed since; save the brain when it is time to."""
        records = self._rewards.poll(BATCH, timeout_s)
        if records:
            self._failpoint("before learn")
        while records:
            for record in records:
                try:
                    reward = decode_reward(record.value)
                except EventError:  # written by another program: passed over by every learner
                    self.counters["unreadable_rewards"] += 1
                else:
                    self.core.receive(reward)
                    self.counters["learned"] += 1
                self._position = record.offset + 1
            if self._position - self._saved >= self._snapshot_every:
                self.save()
            records = self._rewards.poll(BATCH, 0.0)
            if not records:
                self._failpoint("after learn")

    def save(self) -> None:
        """Write a snapshot, if anything was learned since the last."""
        if self._position == self._saved:
            return
        self._failpoint("before snapshot")
        brain = self.core.brain
        try:
            self._snapshots.write(brain.to_bytes(), brain.position, self._position)
        except CommitUnknown:  # the same slot is written again next time; nothing depends on it
            self.counters["snapshots_failed"] += 1
            return
        self._saved = self._position
        self.counters["snapshots"] += 1
        self._failpoint("after snapshot")

    def _awake(self, make_core: Callable[[bytes | None], Core]) -> tuple[Core, int]:
        """Make the core from the newest snapshot that can be read; from nothing, if none can."""
        for snapshot in self._snapshots.newest_first():
            try:
                return make_core(snapshot.data), snapshot.position
            except StateError:
                self.counters["unreadable_snapshots"] += 1
        return make_core(None), 0
