"""What a process without desks reports of itself: a learner, or a shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.log.log import Place


class NoDesks:
    """The part of `streams.monitor.health.Watched` that is about desks and what they write.

    Examples
    --------
    >>> NoDesks().restored(), NoDesks().paused()
    (True, None)
    """

    def written_by_topic(self) -> Mapping[str, int]:
        """Empty: it commits no records of a worker."""
        return {}

    def dead_letters_by_rule(self) -> Mapping[str, int]:
        """Empty: it writes no dead letters."""
        return {}

    def held(self) -> frozenset[Place]:
        """Empty: it is in no group."""
        return frozenset()

    def restored(self) -> bool:
        """Return `True`: there is nothing to restore."""
        return True

    def paused(self) -> None:
        """Return `None`: it reads no tasks."""

    def catching_up(self) -> bool:
        """Return `False`: nothing waits for it to learn."""
        return False

    def clock_skew_s(self) -> None:
        """Return `None`: it writes no ticks."""
