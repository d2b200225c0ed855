"""Values that are computed from a state once, until it changes.

Rule: whatever changes the state clears them, so that nothing depends on what was asked before. A
value that was kept has the same bits as one that is computed anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

MOST_KEPT = 512
"""Values that are kept; beyond, all are forgotten."""


class Memo:
    """Values by what else they depend on.

    Examples
    --------
    >>> memo = Memo()
    >>> memo.get("answer", lambda: 42), memo.get("answer", lambda: 43)
    (42, 42)
    """

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}

    def get(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the value of a key, computed once."""
        value: T | None = self._values.get(key)
        return self.keep(key, compute()) if value is None else value

    def find(self, key: Hashable) -> Any:
        """Return the value of a key, or `None` if it isn't computed."""
        return self._values.get(key)

    def keep(self, key: Hashable, value: T) -> T:
        """Keep a value that was computed; return it."""
        if len(self._values) >= MOST_KEPT:
            self._values.clear()
        self._values[key] = value
        return value

    def clear(self) -> None:
        """Forget all values."""
        self._values.clear()
