"""Controls of learning: freeze, roll back to a snapshot, learn again from the first reward."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import StateError
from bandit.events import Control
from streams.learner.snapshots import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from streams.learner.snapshots import Manifest, Snapshots
    from streams.log.log import Record


NO_OWN: Mapping[str, bytes] = {}


class LearningControl(NamedTuple):
    """A control of learning, and its offset in `controls`."""

    control: Control
    offset: int

    def rolls_back(self, applied: int) -> bool:
        """Whether it is a rollback after `applied`, the offset of the last one that was applied."""
        rollback = self.control.snapshot is not None or self.control.relearn
        return rollback and self.offset > applied


class RollbackTarget(NamedTuple):
    """Target of a rollback: a brain's bytes, `None` for an untrained one, and its manifest.

    `own` are the brains of a live test's arms then.
    """

    data: bytes | None
    manifest: Manifest
    own: Mapping[str, bytes] = NO_OWN


def learning_controls(records: Iterable[Record]) -> Iterator[LearningControl]:
    """Yield the controls that aren't a project's; the engine refuses invalid ones."""
    for record in records:
        try:
            control = msgspec.json.decode(record.value or b"", type=Control)
        except (ValueError, RecursionError):
            continue
        if control.project is None:
            yield LearningControl(control, record.offset)


def rollback_target(control: Control, snapshots: Snapshots) -> RollbackTarget:
    """Return the target of a rollback.

    Raises
    ------
    StateError
        If the snapshot isn't kept, or can't be read.
    """
    if control.snapshot is None:
        return RollbackTarget(None, NOTHING)
    snapshot = snapshots.find(control.snapshot)
    if snapshot is None:
        msg = (
            f"snapshot {control.snapshot} is not kept, or is damaged; see: poolwise tail LOG models"
        )
        raise StateError(msg)
    return RollbackTarget(snapshot.brain(), snapshot.manifest, snapshot.own)


def skipped_ranges(
    target: Manifest, newest: tuple[tuple[int, int], ...], until: int | None
) -> tuple[tuple[int, int], ...]:
    """Return the ranges of `rewards` that a brain rolled back to `target` does not learn.

    With `until`, none from its position up to `until` are learned; without it, all after its
    position are learned again, except the ranges in `newest`, which an earlier rollback skipped.

    Examples
    --------
    >>> from streams.learner.snapshots import manifest_of
    >>> target = manifest_of(b"", 3, 100, 100)
    >>> skipped_ranges(target, ((150, 200),), 300)
    ((100, 300),)
    >>> skipped_ranges(target, ((150, 200),), None)
    ((150, 200),)
    """
    if until is not None:
        return (*target.skipped, (target.position, until))
    return (*target.skipped, *(skipped for skipped in newest if skipped not in target.skipped))
