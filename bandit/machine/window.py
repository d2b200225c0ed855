"""The last tasks that people labeled or gold answered: what each learning step replays.

A ring, not a sample of all time: what features mean may change, and old tasks must go. A task is
known by a hash, so that gold replaces its target. A keyed hash draws which tasks are replayed.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b, shake_128
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Singles = NDArray[np.float32]

SIZE = 1_500
"""Tasks that are kept."""
REPLAYED = 16
"""Tasks that a step replays beside the newest."""
NOT_A_CLASS = -1.0
NAMELESS = 0
"""The id of a kept task whose name a new one has."""


class Window:
    """A ring of `SIZE` tasks: numbers (NaN if missing), flags, targets (-1 if not a class).

    Targets are kept in half precision: they are doubtful in the second digit. So is what was
    `foreseen` of a task before it was learned, by each view (`bandit.machine.sharpness`); NaN where
    nothing was, or once gold has judged it.

    Examples
    --------
    >>> window = Window(1, 0, 2)
    >>> rows, targets = np.zeros((2, 1), np.float32), np.array([[0.8, 0.2], [0.5, 0.5]])
    >>> window.add(["t1", "t2"], rows, [[], []], targets)
    [0, 1]
    >>> window.find("t1"), window.find("t3"), len(window)
    (0, None, 2)
    """

    def __init__(self, numbers: int, flags: int, classes: int) -> None:
        self.added = 0
        self.start = 0
        self.ids = np.zeros(SIZE, np.uint64)
        self.numbers = np.full((SIZE, numbers), np.nan, np.float32)
        self.flags = np.zeros((SIZE, flags), np.bool_)
        self.targets = np.full((SIZE, classes), NOT_A_CLASS, np.float16)
        self.foreseen = np.full((SIZE, 1, classes), np.nan, np.float16)
        self._at: dict[int, int] = {}

    @property
    def row_bytes(self) -> int:
        """Number of bytes of a task, as it is saved."""
        whole = self.ids.nbytes + self.numbers.nbytes + self.targets.nbytes + self.foreseen.nbytes
        return whole // SIZE + self.flags.shape[1] // 8 + 1

    def __len__(self) -> int:
        return min(self.added - self.start, SIZE)

    def find(self, task: str) -> int | None:
        """Return the place of a task, or `None` if it is not kept (any more)."""
        return self._at.get(_hash(task))

    def add(
        self,
        tasks: Sequence[str],
        numbers: Singles,
        flags: Sequence[list[int]],
        targets: NDArray[np.float64],
        foreseen: Sequence[NDArray[np.float64] | None] = (),
    ) -> list[int]:
        """Keep tasks in place of the oldest; return their places."""
        keys = [_hash(task) for task in tasks]
        places = []
        for key in keys:
            at = self.added % SIZE
            if len(self) == SIZE:
                self._at.pop(int(self.ids[at]), None)
            self._at[key] = at
            self.added += 1
            places.append(at)
        self.ids[places] = keys
        self.flags[places] = False
        raised = [(at, flag) for at, of_task in zip(places, flags, strict=True) for flag in of_task]
        if raised:
            self.flags[tuple(zip(*raised, strict=True))] = True
        self.numbers[places] = numbers
        self.targets[places] = targets
        self.foreseen[places] = np.nan
        known = [(at, one) for at, one in zip(places, foreseen, strict=False) if one is not None]
        if known:
            at_places, by_view = zip(*known, strict=True)
            whole = np.array(by_view)  # all of the same views and classes
            self.foreseen[list(at_places), : whole.shape[1], : whole.shape[2]] = whole
        return places

    def forget_name(self, task: str) -> None:
        """Keep a task without its name, which a new task has now."""
        at = self._at.pop(_hash(task), None)
        if at is not None:
            self.ids[at] = NAMELESS

    def take_foreseen(self, at: int) -> NDArray[np.float64]:
        """Return what was foreseen of the task at a place, and forget it: (views, classes)."""
        kept: NDArray[np.float64] = self.foreseen[at].astype(np.float64)
        self.foreseen[at] = np.nan
        return kept

    def replay(self, newest: Sequence[int]) -> NDArray[np.int64]:
        """Return, for each of `newest`, `REPLAYED` places, drawn with replacement, and that."""
        digest = shake_128(b"replay %d" % self.added).digest(4 * REPLAYED * len(newest))
        draws = np.frombuffer(digest, "<u4").astype(np.int64).reshape(len(newest), REPLAYED)
        places = np.empty((len(newest), REPLAYED + 1), np.int64)
        np.add(self.added - len(self), (draws * len(self)) >> 32, out=places[:, :-1])
        places %= SIZE
        places[:, -1] = newest
        return places

    def keep_last(self, count: int) -> None:
        """Forget all tasks but the last `count`."""
        self.start = max(self.added - count, self.added - len(self))
        self._index()

    def grow(self, numbers: int, flags: int, classes: int) -> None:
        """Add columns; kept tasks lack them."""
        if numbers:
            wide = np.full((SIZE, numbers), np.nan, np.float32)
            self.numbers = np.concatenate([self.numbers, wide], axis=1)
        if flags:
            self.flags = np.pad(self.flags, ((0, 0), (0, flags)))
        if classes:
            none = np.full((SIZE, classes), NOT_A_CLASS, np.float16)
            self.targets = np.concatenate([self.targets, none], axis=1)
            self.foreseen = _wider(self.foreseen, 0, classes)

    def add_views(self, count: int) -> None:
        """Add views, by which nothing was foreseen."""
        if count:
            self.foreseen = _wider(self.foreseen, count, 0)

    def restore(self, added: int, kept: int) -> None:
        """Set the numbers of tasks, after their columns and ids."""
        self.added, self.start = added, added - kept
        self._index()

    def _index(self) -> None:
        places = [i % SIZE for i in range(self.added - len(self), self.added)]
        self._at = {int(self.ids[at]): at for at in places}


def _wider(foreseen: NDArray[np.float16], views: int, classes: int) -> NDArray[np.float16]:
    return np.pad(foreseen, ((0, 0), (0, views), (0, classes)), constant_values=np.nan)


@lru_cache(maxsize=1024)  # speed only: a task is looked up before it is kept
def _hash(task: str) -> int:
    return int.from_bytes(blake2b(task.encode(), digest_size=8).digest(), "big")
