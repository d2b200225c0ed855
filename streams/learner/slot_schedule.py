"""Schedule of snapshot slots: the next one in turn, and one every hour and every day.

The newest snapshot of the version before is kept for 30 days: after a downgrade, the earlier
release goes on from there, and learns again the rewards after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.learn import saved_brain
from streams.learner import slots
from streams.learner.snapshots import VERSION, write
from streams.log.retention import KEEP
from streams.log.topics import REWARDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streams.learner.snapshots import Manifest, Snapshots
    from streams.log.log import Writer

SPARED_S = KEEP[REWARDS].seconds
"""Retention of `rewards` by default: after it, learning can't go on from the old snapshot."""


class SlotSchedule:
    """The slots that one learner writes next.

    Parameters
    ----------
    snapshots
        The snapshots in the slots at the start.
    clock
        The time in UTC seconds; without one, no hourly or daily snapshots are kept.
    """

    def __init__(self, snapshots: Snapshots, clock: Callable[[], float] | None) -> None:
        self._clock = clock
        self._saved_at = snapshots.saved_at()
        self._spared = self._to_be_spared(snapshots)
        self.next_id = self._free(snapshots.next_id())

    def wrote(self, manifest: Manifest) -> None:
        """Note that `manifest` was written to its slot in turn."""
        self.next_id = self._free(manifest.id + 1)

    def keep(
        self, writer: Writer, manifest: Manifest, data: bytes, own: Mapping[str, bytes] = {}
    ) -> None:
        """Write it into the slots of this hour and this day, if those are not written yet.

        Raises
        ------
        CommitUnknown
            If the outcome is unknown; the next snapshot is written there then.
        """
        if self._clock is None:
            return
        now = self._clock()
        for slot in slots.due_by_clock(now, self._saved_at):
            write(writer, manifest, data, slot, own)
            self._saved_at[slot] = now

    def _free(self, number: int) -> int:
        return number + 1 if slots.in_turn(number) == self._spared else number

    def _to_be_spared(self, snapshots: Snapshots) -> bytes | None:
        older = (
            (slot, manifest)
            for slot, manifest in snapshots.manifests()
            if manifest.v <= VERSION and manifest.brain < saved_brain.VERSION
        )
        slot, manifest = next((old for old in older if slots.is_in_turn(old[0])), (None, None))
        if manifest is None or manifest.at is None or self._clock is None:
            return slot
        return slot if self._clock() - manifest.at < SPARED_S else None
