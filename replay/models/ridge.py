"""Progressive ridge regression of the reward on action and context, frozen in blocks.

q̂(x, a) = r̄ + (z − z̄)ᵀ β,  β = (S + λI)⁻¹ s,  z = (e_a, φ(x)),

with S and s the centred cross products of the rows before the block, e_a the action one-hot and
φ(x) the context's features. A row is predicted by a model of earlier rows only, so q̂ is a fair
control variate on logs of learning policies too. λ is the one of `LAMBDAS` that predicted best so
far, each block before it was learned from. Predictions are held within the rewards seen.

Source: Hoerl and Kennard (1970), Technometrics 12(1), 55-67; progressive validation: Blum, Kalai
and Langford (1999), COLT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.models.gram import Gram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from replay.models.features import Features
    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows

LAMBDAS = (10000.0, 1000.0, 100.0, 10.0, 1.0)
"""From nearly the overall mean, as rare clicks need, to nearly plain means per action; the first of
equals is taken, so a young model says little."""


@dataclass(frozen=True, slots=True, eq=False)
class Ridge:
    """A model that learns no more: `by_action`, shape (K,), and `by_context`, shape (p,)."""

    by_action: Floats
    by_context: Floats
    low: float
    high: float

    def above(self, centre: float) -> Ridge:
        """Return the model of rewards that are `centre` larger."""
        return Ridge(
            self.by_action + centre, self.by_context, self.low + centre, self.high + centre
        )

    def predict(self, features: Features, rows: Rows) -> Floats:
        """q̂ of every action in every row: shape (n, K)."""
        if not len(self.by_context):
            same = np.clip(self.by_action, self.low, self.high)
            return np.broadcast_to(same, (len(rows), len(same)))
        predicted = self.by_action[:, None] + features.context(rows) @ self.by_context
        return np.clip(predicted, self.low, self.high).T


def progressive(features: Features, blocks: Iterable[Gram]) -> Iterator[Ridge | None]:
    """Yield a model for each block, fitted on those before it; the first has none.

    What each λ would have predicted is known from the block's cross products alone.
    """
    past = Gram.empty(features.size)
    errors = np.zeros(len(LAMBDAS))
    fits: Floats | None = None
    for block in blocks:
        yield None if fits is None else frozen(features, past, fits[int(np.argmin(errors))])
        if fits is not None:
            errors += [squared_error(block, fit) for fit in fits]
        past = past + block
        if past.rows:
            fits = fit_all(past)


def fit_all(gram: Gram) -> Floats:
    """Intercept and coefficients for each λ: shape (λs, 1 + m)."""
    means = gram.sums / gram.rows
    centred = gram.cross - gram.rows * np.outer(means, means)
    values, vectors = np.linalg.eigh(centred[:-1, :-1])
    turned = vectors.T @ centred[:-1, -1]
    shrunk = turned / (np.maximum(values, 0.0) + np.array(LAMBDAS)[:, None])
    betas = shrunk @ vectors.T
    return np.column_stack([means[-1] - betas @ means[:-1], betas])


def squared_error(block: Gram, fit: Floats) -> float:
    """Sum of squared errors of a fit on a block."""
    c, beta = fit[0], fit[1:]
    sums, rewards = block.sums[:-1], block.sums[-1]
    return float(
        block.cross[-1, -1]
        - 2 * (c * rewards + beta @ block.cross[:-1, -1])
        + block.rows * c * c
        + 2 * c * (beta @ sums)
        + beta @ block.cross[:-1, :-1] @ beta
    )


def frozen(features: Features, past: Gram, fit: Floats) -> Ridge:
    """Make a model of a fit on rows with the cross products `past`."""
    split = features.action_slots
    beta = fit[1:]
    by_action = fit[0] + beta[:split][np.asarray(features.slot, np.int64)]
    return Ridge(by_action, beta[split:], past.low, past.high)
