"""Estimate the logging policy's chance of every action from the context, for logs that lack it.

1. A sample of rows, of about 100,000 at most, is kept from one pass over the log.
2. It is dealt out in five folds; each fold's rows are scored by a model of the other four.
3. Temperature and intercepts are calibrated on those scores: only they have seen all rows.
4. Chances below the floor are raised to it.

Rows that were not sampled get their chances in the same way, by their fold's model, which has not
seen them either.

Source: cross-fitting, Chernozhukov et al. (2018), The Econometrics Journal 21(1), C1-C68.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.counted import counted
from replay.models.folds import folds
from replay.numerics.rows_at_once import rows_at_once
from replay.propensities.calibrate import calibrate, calibration_error, floored
from replay.propensities.sample import FOLDS, merged, sample, share_of
from replay.propensities.softmax import fit, softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from replay.models.features import Features
    from replay.numerics.arrays import Floats
    from replay.propensities.sample import Choices
    from replay.runtime.parallel import Run
    from replay.tables.rows import Rows

FLOOR = 0.01
"""Least chance, as a share of an even one: no weight is above 100 K. What the log does so rarely it
may never do: a target that does it lacks support there."""


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedPropensities:
    """The logging policy as estimated: plain data.

    `tables` has each fold's coefficients, shape (5, d, K); `temperature` and `intercepts`, shape
    (K,), calibrate; `sampled` is how many rows it was fitted from; `error` is the calibration error
    found, and `luck` what chance alone would make of it.
    """

    features: Features
    tables: Floats
    temperature: float = 1.0
    intercepts: Floats | float = 0.0
    sampled: int = 0
    error: float = 0.0
    luck: float = 0.0

    @property
    def actions(self) -> int:
        """How many there are, K."""
        return int(self.tables.shape[2])

    @property
    def floor(self) -> float:
        """Least chance of an action that could be chosen."""
        return FLOOR / self.actions

    def fill(self, rows: Rows) -> Iterator[Rows]:
        """Put the chances in as those of the logging policy; yield a few rows at a time."""
        most = rows_at_once(max(self.features.size, self.actions))
        for part in rows.parts(most):
            scores = self.scores(
                self.features.context(part), folds(part, FOLDS, clustered=part.group is not None)
            )
            pmf = floored(self.pmf(scores, part.eligible), self.floor, part.eligible)
            own = pmf[np.arange(len(part)), part.action]
            yield replace(part, logged_pmf=pmf, propensity=own)

    def scores(self, context: Any, fold: Any) -> Floats:
        """Score every action by the model of each row's fold: shape (n, K)."""
        result = np.zeros((len(fold), self.actions))
        for at, table in enumerate(self.tables):
            inside = np.flatnonzero(fold == at)
            result[inside] = context[inside] @ table
        return result

    def pmf(self, scores: Floats, eligible: Any) -> Floats:
        """Turn scores into calibrated chances, before the floor."""
        return softmax(self.temperature * scores + self.intercepts, eligible)[1]

    def finding(self) -> str:
        """Say what the chances are worth."""
        return (
            "propensities are estimated: valid only if nothing outside the context columns"
            " influenced the choice, and a logistic model linear in them fits it (calibration error"
            f" {100 * self.error:.2f} %; chance alone makes {100 * self.luck:.2f} %)"
        )

    def note(self) -> str:
        """Say how they were made."""
        return (
            "the log has no propensities; they are estimated by a logistic model of the context"
            f" fitted to {counted(self.sampled, 'row')}, each row's by a model of other rows; the"
            f" smallest allowed is {self.floor:.2g}; one policy is assumed to have logged all rows"
        )


def estimate(
    read: Callable[[Any], Iterable[Rows]],
    pieces: Sequence[Any],
    features: Features,
    actions: int,
    rows: int,
    run: Run,
) -> EstimatedPropensities:
    """Estimate the logging policy from a log of `rows` rows, read piece by piece.

    Parameters
    ----------
    read
        Reads the usable rows of a piece; plain data.
    pieces
        All of the log, in order.
    features
        How a context becomes a vector; without context columns a chance is the action's share.
    actions
        How many there are.
    rows
        Length of the log.
    run
        Calls a function on every piece; results come in the order of the pieces.
    """
    take = partial(_take, read, features, actions, share_of(rows, actions))
    parts = list(run(take, pieces))
    taken = np.sum([part.taken for part in parts], axis=0)
    choices = merged(parts, features.context_size, taken)
    tables = [fit(choices.where(choices.fold != fold)) for fold in range(FOLDS)]
    raw = EstimatedPropensities(features, np.stack(tables))
    scores = raw.scores(choices.context, choices.fold)
    temperature, intercepts = calibrate(scores, choices)
    calibrated = replace(raw, temperature=temperature, intercepts=intercepts, sampled=len(choices))
    error, luck = calibration_error(calibrated.pmf(scores, choices.eligible), choices)
    return replace(calibrated, error=error, luck=luck)


def _take(
    read: Callable[[Any], Iterable[Rows]],
    features: Features,
    actions: int,
    share: float,
    piece: Any,
) -> Choices:
    return sample(read(piece), features, actions, share)
