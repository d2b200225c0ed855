"""What the worker needs of the core, and how the real one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping

    from bandit.events import Input, Output, Reward
    from bandit.settings import Settings


class Learned(Protocol):
    """What has been learned: the rewards up to `position`."""

    @property
    def position(self) -> int:
        """How many rewards were learned."""

    def to_bytes(self) -> bytes:
        """All of it, to be read again by whoever makes a core."""


class Core(Protocol):
    """`bandit.engine.engine.Engine`, as far as the worker knows it."""

    @property
    def brain(self) -> Learned:
        """What has been learned."""

    def receive(
        self, event: Input | Reward, partition: int = 0, logged_at: float | None = None
    ) -> list[Output]:
        """Take in one event of a partition; what comes of it.

        `logged_at` is when the log took a tick, where that is to be compared with what it says.
        """

    def adopt(self, data: bytes) -> None:
        """Know from now on what is saved in `data`, and nothing else.

        Raises
        ------
        StateError
            If it can't be read; nothing has changed then.
        """

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take over a partition, from its desk records in the order of the log."""

    def release(self, partition: int) -> None:
        """Forget a partition."""

    def positions(self, partition: int) -> Mapping[str, int]:
        """Where each topic of a partition is read on, as its desk knows it."""

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk, with its next changes, where topics are read on."""

    def empty(self, partition: int) -> bool:
        """Whether a partition's desk has never known a task, gold or the time."""

    def changes(self) -> list[tuple[int, bytes, bytes | None]]:
        """(partition, key, value) of the desk records changed since `keep` or `drop`."""

    def keep(self) -> None:
        """The changes are committed."""

    def drop(self) -> None:
        """The changes are not committed: undo them."""

    def now(self, partition: int) -> float | None:
        """Return what time it is at a partition, if it is held and has been told."""

    def unfinished(self, partition: int) -> bool:
        """Whether more is due at a partition than its last tick did: it wants the next one soon."""

    def open_tasks(self) -> int:
        """How many tasks are open."""

    def halted_tasks(self) -> int:
        """How many of them an order or the want of a pool has stopped."""

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""

    def open_asks(self) -> int:
        """How many asks are awaited."""


def engine_maker(settings: Settings, partitions: int) -> Callable[[bytes | None], Engine]:
    """Return what makes an engine from a brain's bytes, or from nothing."""

    def make(data: bytes | None) -> Engine:
        brain = Brain(settings) if data is None else Brain.from_bytes(settings, data)
        return Engine(settings, brain, partitions)

    return make
