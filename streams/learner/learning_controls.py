"""What operations order of the learning: to freeze it, to go back to a snapshot, to learn again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import StateError
from bandit.events import Control
from streams.learner.snapshots import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streams.learner.snapshots import Manifest, Snapshots
    from streams.log.log import Record


class LearningControl(NamedTuple):
    """A control of the learning, and its offset."""

    control: Control
    offset: int

    def rolls_back(self, obeyed: int) -> bool:
        """Whether it has to be obeyed, once; `obeyed` is the offset of the last that was."""
        wanted = self.control.snapshot is not None or self.control.relearn
        return wanted and self.offset > obeyed


class RollbackTarget(NamedTuple):
    """Where to go back to: a brain's bytes, none for one that has learned nothing."""

    data: bytes | None
    manifest: Manifest


def learning_controls(records: Iterable[Record]) -> Iterator[LearningControl]:
    """Yield the controls that aren't a project's; what is none is the engine's to refuse."""
    for record in records:
        try:
            control = msgspec.json.decode(record.value or b"", type=Control)
        except (ValueError, RecursionError):
            continue
        if control.project is None:
            yield LearningControl(control, record.offset)


def rollback_target(control: Control, snapshots: Snapshots) -> RollbackTarget:
    """Return where `control` wants to go back to.

    Raises
    ------
    StateError
        If the snapshot isn't kept, or can't be read.
    """
    if control.snapshot is None:
        return RollbackTarget(None, NOTHING)
    found = snapshots.find(control.snapshot)
    if found is None:
        raise StateError("no such snapshot is kept")
    return RollbackTarget(found.brain(), found.manifest)


def skipped_ranges(
    target: Manifest, newest: tuple[tuple[int, int], ...], until: int | None
) -> tuple[tuple[int, int], ...]:
    """Return the positions in `rewards` that a brain which goes back to `target` doesn't learn.

    Without `until` all behind it are learned again, but for those in `newest`, which an earlier
    order took back for good; with it, none before `until`.

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
    return (*target.skipped, *(one for one in newest if one not in target.skipped))
