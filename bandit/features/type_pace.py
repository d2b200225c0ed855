"""How long labels of each type of task take, by pool: what a labeler's speed is compared with.

The type of a task is its feature `type`; tasks without one have no pace. River keeps the mean of
log(1 + seconds), so that a few forgotten tasks don't make everybody else fast.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from river import stats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature

TYPE = "type"
"""Name of the feature that says what kind of task it is."""
TYPES = 256
"""Types, each in each pool, of a project; those that come later have no pace."""
STRENGTH = 5.0
"""Labels that a pace starts from, at the label's own delay: it says little before."""
MOST = 2.0
"""A pace is held within e^-2 and e^2 of the usual one, as the signal `speed` is."""

PACE_BYTES = 45
"""Bytes of a pace in a snapshot."""

SavedPaces = dict[str, tuple[float, float]]
"""Number of labels and mean of log(1 + seconds), by type and pool."""


class TypePaces:
    """Usual log delays, by type of task and pool.

    Examples
    --------
    >>> paces = TypePaces()
    >>> for _ in range(45):
    ...     paces.learn({"type": "long"}, "a", 99.0)
    >>> paces.of({"type": "long"}, "a", 9.0), paces.of({"type": "short"}, "a", 9.0)
    (-2.0, 0.0)
    >>> paces.of({}, "a", 9.0) is None
    True
    """

    def __init__(self) -> None:
        self._means: dict[str, stats.Mean] = {}

    @property
    def size_bytes(self) -> int:
        """About how many bytes they have in a snapshot."""
        return PACE_BYTES * len(self._means)

    def of(self, features: Mapping[str, Feature], pool: str, delay_s: float) -> float | None:
        """Return the log of a delay against the usual one of such tasks; `None` without a type."""
        key = _key(features, pool)
        if key is None:
            return None
        mean = self._means.get(key)
        if mean is None:
            return 0.0
        own = math.log1p(delay_s)
        usual = (mean.n * mean._mean + STRENGTH * own) / (mean.n + STRENGTH)
        return round(max(-MOST, min(MOST, own - usual)), 4) + 0.0

    def learn(self, features: Mapping[str, Feature], pool: str, delay_s: float) -> None:
        """Learn how long a label took."""
        key = _key(features, pool)
        if key is None:
            return
        mean = self._means.get(key)
        if mean is None:
            if len(self._means) >= TYPES:
                return
            mean = self._means[key] = stats.Mean()
        mean.update(math.log1p(delay_s))

    def saved(self) -> SavedPaces:
        """Return the state."""
        return {key: (mean.n, mean._mean) for key, mean in self._means.items()}

    @classmethod
    def from_saved(cls, state: SavedPaces) -> TypePaces:
        """Return the paces that were saved."""
        paces = cls()
        paces._means = {key: stats.Mean._from_state(n, m) for key, (n, m) in state.items()}
        return paces


def _key(features: Mapping[str, Feature], pool: str) -> str | None:
    kind = features.get(TYPE)
    return f"{len(kind)}:{kind}{pool}" if isinstance(kind, str) else None
