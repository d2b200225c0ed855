"""Which slots a learner writes: the next one in turn, and once an hour and a day one by the clock.

Of the version before, the newest snapshot is spared for 30 days: a poolwise of the release before
that is started again goes on from there, and learns again the rewards behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.learn import saved_brain
from streams.learner import slots
from streams.learner.snapshots import VERSION, write
from streams.log.retention import KEEP
from streams.log.topics import REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.learner.snapshots import Manifest, Snapshots
    from streams.log.log import Writer

SPARED_S = KEEP[REWARDS].seconds
"""As long as `rewards` are kept, unless told otherwise: older ones can't be gone on from."""


class SlotSchedule:
    """The slots of one learner.

    Parameters
    ----------
    snapshots
        What stands in them when it begins.
    clock
        The time in UTC seconds; without one, nothing is kept by the hour or the day.
    """

    def __init__(self, snapshots: Snapshots, clock: Callable[[], float] | None) -> None:
        self._clock = clock
        self._saved_at = snapshots.saved_at()
        self._spared = self._to_be_spared(snapshots)
        self.next_id = self._free(snapshots.next_id())

    def wrote(self, manifest: Manifest) -> None:
        """Note that the next snapshot in turn was written."""
        self.next_id = self._free(manifest.id + 1)

    def keep(self, writer: Writer, manifest: Manifest, data: bytes) -> None:
        """Write it into the slots of this hour and this day, if theirs isn't written yet.

        Raises
        ------
        CommitUnknown
            If it can't be known whether that happened; the next one is written there, then.
        """
        if self._clock is None:
            return
        now = self._clock()
        for slot in slots.due_by_clock(now, self._saved_at):
            write(writer, manifest, data, slot)
            self._saved_at[slot] = now

    def _free(self, number: int) -> int:
        return number + 1 if slots.in_turn(number) == self._spared else number

    def _to_be_spared(self, snapshots: Snapshots) -> bytes | None:
        older = (
            one
            for one in snapshots.manifests()
            if one[1].v <= VERSION and one[1].brain < saved_brain.VERSION
        )
        slot, manifest = next((one for one in older if slots.is_in_turn(one[0])), (None, None))
        if manifest is None or manifest.at is None or self._clock is None:
            return slot
        return slot if self._clock() - manifest.at < SPARED_S else None
