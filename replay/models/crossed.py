"""Cross-fitted ridge regression of the reward: each fold is predicted by a fit on the others.

The regression is that of `ridge.py`, with one penalty for all folds: the one of `LAMBDAS` that
predicts each fold best from the others. Predictions are held within the other folds' rewards.

Source: Chernozhukov, Chetverikov, Demirer, Duflo, Hansen, Newey and Robins (2018), The Econometrics
Journal 21(1), C1-C68, section 3 (DML2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.models.gram import Gram
from replay.models.ridge import LAMBDAS, fit_all, frozen, squared_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.models.features import Features
    from replay.numerics.arrays import Floats, Ints
    from replay.tables.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class CrossFittedModels:
    """A model for each of F folds: `by_action`, shape (K, F), `by_context`, (p, F), and limits."""

    by_action: Floats
    by_context: Floats
    low: Floats
    high: Floats

    def predict(self, features: Features, rows: Rows, fold: Ints) -> Floats:
        """q̂ of every action in every row by the model of its fold: shape (n, K)."""
        if not len(self.by_context):
            held = np.clip(self.by_action, self.low, self.high)
            by_row: Floats = held[:, fold].T
            return by_row
        context = features.context(rows) @ self.by_context
        predicted = self.by_action[:, fold] + context[np.arange(len(rows)), fold]
        clipped: Floats = np.clip(predicted, self.low[fold], self.high[fold]).T
        return clipped


def cross_fit(features: Features, grams: Sequence[Gram], centre: float) -> CrossFittedModels | None:
    """Fit the models of all folds from their cross products, with rewards less `centre`.

    `None` unless two folds have rows.
    """
    others = [_others(grams, fold, features.size) for fold in range(len(grams))]
    if not all(gram.rows for gram in others):
        return None
    fits = [fit_all(gram) for gram in others]
    errors = np.zeros(len(LAMBDAS))
    for gram, each in zip(grams, fits, strict=True):
        errors += [squared_error(gram, fit) for fit in each]
    best = int(np.argmin(errors))
    models = [
        frozen(features, other, fit[best]).above(centre)
        for other, fit in zip(others, fits, strict=True)
    ]
    return CrossFittedModels(
        np.column_stack([model.by_action for model in models]),
        np.column_stack([model.by_context for model in models]),
        np.array([model.low for model in models]),
        np.array([model.high for model in models]),
    )


def cross_validated(features: Features, grams: Sequence[Gram]) -> float | None:
    """R² of the best penalty on folds that it was not fitted on; `None` where rewards are alike."""
    others = [_others(grams, fold, features.size) for fold in range(len(grams))]
    total = sum(grams, Gram.empty(features.size))
    if not total.rows or not all(gram.rows for gram in others):
        return None
    spread = float(total.cross[-1, -1] - total.sums[-1] ** 2 / total.rows)
    if spread <= 1e-9 * total.cross[-1, -1]:
        return None
    errors = np.zeros(len(LAMBDAS))
    for gram, other in zip(grams, others, strict=True):
        errors += [squared_error(gram, fit) for fit in fit_all(other)]
    return 1.0 - float(errors.min()) / spread


def _others(grams: Sequence[Gram], fold: int, size: int) -> Gram:
    return sum((gram for at, gram in enumerate(grams) if at != fold), Gram.empty(size))
