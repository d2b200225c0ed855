"""What a reader must know to read the numbers of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.learning.setting import label

if TYPE_CHECKING:
    from replay.tables.columns import Columns
    from replay.target import Target

BOUNDED = (
    "clipped IPS, Switch-DR and DRos leave weight out: their intervals hold what that may be worth,"
    " if no reward lies beyond those seen"
)


def notes_on(target: Target, columns: Columns, kind: str, only: tuple[str, ...]) -> tuple[str, ...]:
    """Say what is known of a target, of what was eligible, and of rewards without a limit."""
    notes = []
    if target.policy is not None:
        notes.append(f"{target} is {label(target.policy)}, and doesn't learn")
    if columns.estimated and not columns.context:
        notes.append("no context column is named, so each action's chance is its share (--context)")
    if target.kind == "logging":
        return (
            *notes,
            "the target is the logging policy: every weight is 1, no model is needed",
        )
    if not target.pmf_known and not only:
        notes.append(
            "only the logged action's chance under the target is known, so there is no DM and no"
            " DR; the self-normalised baseline form is the default"
        )
    elif (
        target.pmf_known and not target.full and columns.actions is None and columns.logged is None
    ):
        notes.append(
            "the log doesn't say which actions were eligible in a row: all that it names count"
            " everywhere"
        )
    if kind != "binary":
        notes.append("intervals suppose that no rare reward is far larger than any seen")
    if not only:
        notes.append(BOUNDED)
    return tuple(notes)
