"""The classes of a project, and where those of a task are among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.machine.window import NOT_A_CLASS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CLASSES = 64
"""Classes of a project; tasks with others get a uniform prior and teach nothing."""


class Order(NamedTuple):
    """Columns of a task's classes in ascending order, and the place of each class in it.

    Sums run in one order, so a task with its classes in another order gets the same chances.
    """

    columns: NDArray[np.int64]
    places: list[int]

    def ordered(self, values: Sequence[Sequence[float]]) -> Floats:
        """Return what tasks have for each of their classes, in this order: shape (tasks, K)."""
        found = np.empty((len(values), len(self.places)))
        if len(values):
            found[:, self.places] = values
        return found


class Classes:
    """Columns of the classes that a project has had so far, by name.

    Examples
    --------
    >>> classes = Classes(["cat", "dog", "owl"])
    >>> order = classes.order(("owl", "cat"))
    >>> order.columns.tolist(), order.ordered([[0.7, 0.3]]).tolist()
    ([0, 2], [[0.3, 0.7]])
    >>> classes.order(("cat", "eel")) is None
    True
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.at = {name: at for at, name in enumerate(names)}
        self._orders: dict[tuple[str, ...], Order | None] = {}

    def order(self, names: tuple[str, ...]) -> Order | None:
        """Return where the classes of a task are; `None` if one is unknown."""
        if names not in self._orders:
            if len(self._orders) >= CLASSES:
                self._orders.clear()
            columns = [self.at.get(name, -1) for name in names]
            ordered = sorted(columns)
            places = [ordered.index(column) for column in columns]
            self._orders[names] = Order(np.array(ordered), places) if ordered[0] >= 0 else None
        return self._orders[names]

    def add(self, names: Sequence[str]) -> int:
        """Give columns to classes that have none; return how many."""
        new = [name for name in dict.fromkeys(names) if name not in self.at]
        if new:
            self.at.update({name: len(self.at) + i for i, name in enumerate(new)})
            self._orders.clear()
        return len(new)

    def whole(self, names: Sequence[str], target: Sequence[float]) -> list[float]:
        """Return a task's target over all classes of the project."""
        whole, total = [NOT_A_CLASS] * len(self.at), sum(target)
        for name, share in zip(names, target, strict=True):
            whole[self.at[name]] = share / total
        return whole
