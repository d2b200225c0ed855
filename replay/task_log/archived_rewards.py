"""Note on a table that is an archive's rewards: some labels count twice, some tasks are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OF_REWARDS = frozenset({"task", "ask", "revision", "decided_at", "basis", "weights_id"})
"""Columns that tell an archive's rewards from other tables."""


def archived_note(columns: Iterable[str]) -> tuple[str, ...]:
    """Say what the rewards of an archive alone can't show, if the table has their columns.

    Examples
    --------
    >>> archived_note(["action", "reward", "propensity"])
    ()
    """
    if not OF_REWARDS.issubset(columns):
        return ()
    note = (
        "these are rewards of poolwise, one row per revision of a label's reward: labels judged"
        " again count again, and tasks that were answered without labels have no row (or one"
        " without a pool, where gold came), so nothing is said about them; for whole tasks name"
        " the archive's folder or the log"
    )
    return (note,)
