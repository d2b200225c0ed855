"""Commits of one group member, and the outcome of one that was unknown at first.

Records, desks and positions are committed in one transaction. So once no transaction of this member
is open, the committed positions show whether it happened: all of them are there, or none is. This
holds as long as no other member has held the partitions meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import CommitUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.log.log import GroupMember, NewRecord, Place


class _PendingCommit(NamedTuple):
    """A commit of unknown outcome: its positions, and what to call if it happened."""

    positions: Mapping[Place, int]
    keep: Callable[[], None]


class Commits:
    """The commits of one member of a group.

    Parameters
    ----------
    member
        The member.
    """

    def __init__(self, member: GroupMember) -> None:
        self._member = member
        self._pending: _PendingCommit | None = None
        self._settled = False  # an outcome, since the last turn that succeeded
        self._behind: frozenset[Place] = frozenset()  # where a commit failed and none came since

    def commit(
        self,
        new: Sequence[NewRecord],
        positions: Mapping[Place, int],
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Write in one transaction; call `keep` once it is known to have happened.

        Raises
        ------
        CommitUnknown
            If the outcome is unknown; see `settle`.
        """
        self._pending = None
        try:
            self._member.commit(new, positions)
        except CommitUnknown:
            self._pending = _PendingCommit(positions, keep)
            self._behind |= positions.keys()
            raise
        self._behind -= positions.keys()
        keep()

    def caught_up(self, read: frozenset[Place]) -> bool:
        """Whether commits have succeeded since wherever one failed, of the places still `read`.

        On a disk that is nearly full a tick fits, and the batch that failed does not.
        """
        self._behind &= read
        return not self._behind

    def over(self) -> None:
        """Note that a turn succeeded: the group has answered since."""
        self._settled = False

    def settle(self, undo: Callable[[], None]) -> bool:
        """Keep or `undo` the changes of a commit of unknown outcome; return whether it is known.

        Not twice before a turn succeeds: a member that is refused again may not be one any more.

        Raises
        ------
        CommitUnknown
            If the positions can't be read now.
        """
        if self._settled:
            return False
        happened = self._happened()
        if happened is None:
            return False
        keep = undo
        if happened and self._pending is not None:
            keep = self._pending.keep
            self._behind -= self._pending.positions.keys()
        self._pending, self._settled = None, True
        keep()
        return True

    def _happened(self) -> bool | None:
        """Whether the pending commit happened; `None` if the positions don't show it."""
        # A commit of ticks has no positions: no desk depends on it.
        if self._pending is None or not self._pending.positions:
            return False
        written = self._pending.positions
        committed = {place: self._member.committed(place) or 0 for place in written}
        if committed == dict(written):
            return True
        return False if all(committed[place] < written[place] for place in written) else None
