"""Commits, and what became of one whose outcome was not known at first.

Records, desks and positions are committed together. So once nothing of ours is under way any more,
the committed positions say whether it happened: all of them are there, or none is. That holds as
long as nobody else has held the partitions meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import CommitUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.log.log import GroupMember, NewRecord, Place


class _PendingCommit(NamedTuple):
    """A commit that may have happened or not, and what is to be done if it did."""

    positions: Mapping[Place, int]
    keep: Callable[[], None]


class Commits:
    """What one member of a group commits.

    Parameters
    ----------
    shared
        Whose transactions are used.
    """

    def __init__(self, shared: GroupMember) -> None:
        self._shared = shared
        self._open: _PendingCommit | None = None
        self._settled = False  # an outcome, since the last turn that was good

    def commit(
        self,
        new: Sequence[NewRecord],
        positions: Mapping[Place, int],
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Write in one transaction; `keep` is called when it is known to have happened.

        Raises
        ------
        CommitUnknown
            If that isn't known; see `settle`.
        """
        self._open = None
        try:
            self._shared.commit(new, positions)
        except CommitUnknown:
            self._open = _PendingCommit(positions, keep)
            raise
        keep()

    def over(self) -> None:
        """Note that all is well: the group has been heard since."""
        self._settled = False

    def settle(self, undo: Callable[[], None]) -> bool:
        """Keep or `undo` what a commit of unknown outcome changed; whether that could be told.

        Not twice before all is well: whoever is refused again may be no member any more.

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
        keep = self._open.keep if happened and self._open is not None else undo
        self._open, self._settled = None, True
        keep()
        return True

    def _happened(self) -> bool | None:
        """Whether the open commit is there; `None` if the positions don't say."""
        if self._open is None or not self._open.positions:  # ticks, say: no desk depends on them
            return False
        wanted = self._open.positions
        found = {place: self._shared.committed(place) or 0 for place in wanted}
        if found == dict(wanted):
            return True
        return False if all(found[place] < wanted[place] for place in wanted) else None
