"""The core as the worker uses it, and how the real one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bandit.engine.engine import Engine
from bandit.learn.brain import Brain

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Mapping

    from bandit.engine.ticks import TickAnswer
    from bandit.events import Input, Output, Reward, Tick
    from bandit.settings import Settings


class Learned(Protocol):
    """What the core has learned: the rewards up to `position`."""

    @property
    def position(self) -> int:
        """Number of rewards learned."""

    def to_bytes(self) -> bytes:
        """Return all of it, for `adopt` and for the maker of a core."""


class AllLearned(Protocol):
    """What the core has learned in all: the shared brain, and those of a live test's arms."""

    @property
    def position(self) -> int:
        """Most rewards that any of the brains has learned."""

    def own_bytes(self) -> dict[str, bytes]:
        """Return the brains of the arms that learn for themselves, by test and arm."""


class Core(Protocol):
    """`bandit.engine.engine.Engine`, as far as the worker knows it."""

    @property
    def brain(self) -> Learned:
        """What has been learned, but for what arms of a live test learned for themselves."""

    @property
    def brains(self) -> AllLearned:
        """What has been learned, those arms' brains included."""

    @property
    def counters(self) -> Counter[str]:
        """Number of events that were ignored or refused, by why."""

    def receive(self, event: Input | Reward, partition: int = 0) -> list[Output]:
        """Take in one event of a partition; return what follows from it."""

    def tick(self, event: Tick, partition: int = 0, logged_at: float | None = None) -> TickAnswer:
        """Take in a tick of a partition; return what follows, and whether it was believed.

        `logged_at` is when the log took it, by its own clock, if the tick is to be compared with
        that.
        """

    def adopt(self, data: bytes, own: Mapping[str, bytes] = {}) -> None:
        """Replace all that was learned by what is saved in `data`, and the arms' `own` brains.

        Raises
        ------
        StateError
            If it can't be read; nothing has changed then.
        """

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Restore a partition's desk from its records, in the order of the log."""

    def release(self, partition: int) -> None:
        """Forget a partition."""

    def positions(self, partition: int) -> Mapping[str, int]:
        """Return the offset of the next record of each topic, as a partition's desk has it."""

    def note_positions(self, partition: int, positions: Mapping[str, int]) -> None:
        """Write on a partition's desk, with its next changes, the next offset of each topic."""

    def empty(self, partition: int) -> bool:
        """Whether a partition's desk has never known a task, gold or the time."""

    def changes(self) -> list[tuple[int, bytes, bytes | None]]:
        """Return the desk records changed since `keep` or `drop`: (partition, key, value)."""

    def keep(self) -> None:
        """Make the changes final: they are committed."""

    def drop(self) -> None:
        """Undo the changes: they are not committed."""

    def now(self, partition: int) -> float | None:
        """Return the time of a partition; `None` before its first tick, or if it isn't held."""

    def unfinished(self, partition: int) -> bool:
        """Whether more is due at a partition than its last tick did: the next should come soon."""

    def open_tasks(self) -> int:
        """Return the number of tasks without a verdict."""

    def halted_tasks(self) -> int:
        """Return the number of open tasks stopped by a control, or that wait for a pool to open."""

    def stranded(self) -> Counter[tuple[str, ...]]:
        """Count tasks that wait for an open pool, by the skills that it must have."""

    def deferred(self) -> int:
        """Return the number of halted tasks that wait for a better pool to open."""

    def open_asks(self) -> int:
        """Return the number of asks whose answer is awaited."""


def engine_maker(settings: Settings, partitions: int) -> Callable[[bytes | None], Engine]:
    """Return a function that makes an engine from a saved brain, or with a new one."""

    def make(data: bytes | None) -> Engine:
        brain = Brain(settings) if data is None else Brain.from_bytes(settings, data)
        return Engine(settings, brain, partitions)

    return make
