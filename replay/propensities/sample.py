"""Choices that a model of the logging policy is fitted from: a sample of rows, whatever the log.

A row is in it, and in its fold, by its number (its cluster's, for the fold) alone, so by no way
of reading the log. Rows of a cluster share a fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array, vstack

from replay.models.folds import folds
from replay.numerics.hashed_uniform import uniforms
from replay.numerics.rows_at_once import rows_at_once

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from replay.models.features import Features
    from replay.numerics.arrays import Ints
    from replay.tables.rows import Rows

FOLDS = 5

MOST_ROWS, LEAST_ROWS = 100_000, 1_000
"""About how many rows a sample has at most, and from which on it may have fewer than the log."""

CELLS = 1 << 20
"""Rows × actions of a sample: 8 MB of chances; a fit takes some seconds, if all rows differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """n choices among K = `actions`: context, sparse, (n, d); what was done; folds; who could be.

    `taken` counts, shape (K,), are of all rows, sampled or not; `eligible` is `None` or (n, K).
    """

    context: Any
    action: Ints
    fold: Ints
    eligible: NDArray[np.bool_] | None
    taken: Ints

    def __len__(self) -> int:
        """How many choices."""
        return len(self.action)

    @property
    def actions(self) -> int:
        """How many actions there are, K."""
        return len(self.taken)

    def where(self, keep: Any) -> Choices:
        """Only the choices that `keep` is true for, or a slice of them."""
        eligible = None if self.eligible is None else self.eligible[keep]
        return Choices(self.context[keep], self.action[keep], self.fold[keep], eligible, self.taken)


def share_of(rows: int, actions: int) -> float:
    """Return the share of a log's rows that are sampled.

    Examples
    --------
    >>> share_of(1000, 3), share_of(1_000_000, 3)
    (1.0, 0.1)
    """
    most = min(max(CELLS // max(actions, 1), LEAST_ROWS), MOST_ROWS)
    return min(most / max(rows, 1), 1.0)


def sample(batches: Iterable[Rows], features: Features, actions: int, share: float) -> Choices:
    """Sample rows, a `share` of them, and count all."""
    taken = np.zeros(actions, np.int64)
    parts = []
    for batch in batches:
        taken += np.bincount(batch.action, minlength=actions)
        assert batch.index is not None
        drawn = batch if share == 1 else batch.where(uniforms(batch.index, "sample") < share)
        parts += [_of(part, features, actions) for part in drawn.parts(rows_at_once(features.size))]
    return merged(parts, features.context_size, taken)


def merged(parts: Sequence[Choices], width: int, taken: Ints) -> Choices:
    """Put samples together, in order; `width` is the length of a context, `taken` counts all."""
    if not parts:
        nobody = np.zeros(0, np.int64)
        return Choices(csr_array((0, width)), nobody, nobody, None, taken)
    masks = [part.eligible for part in parts if part.eligible is not None]
    return Choices(
        vstack([part.context for part in parts], format="csr"),
        np.concatenate([part.action for part in parts]),
        np.concatenate([part.fold for part in parts]),
        np.concatenate(masks) if masks else None,
        taken,
    )


def _of(rows: Rows, features: Features, actions: int) -> Choices:
    context = csr_array(features.context(rows))
    of_row = folds(rows, FOLDS, clustered=rows.group is not None)
    return Choices(context, rows.action, of_row, rows.eligible, np.zeros(actions, dtype=np.int64))
