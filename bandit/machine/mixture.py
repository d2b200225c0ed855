"""The prior of a task: what each view foresees, weighed by how well it foresaw gold so far.

With p(v) the calibrated chances by view v (`bandit.machine.sharpness`) and b(v) the sum of
log P(truth | people's labels) over golds, foreseen by v,

    prior(c) = Σ_v w(v) p(v)(c),    w(v) ∝ w0(v) exp(b(v)),

the Bayesian mean of the views (Hoeting et al. 1999, Statistical Science 14(4), 382-401). Before any
gold, the features alone have half of the weight, and all views with predictions the other half.
People's labels don't move weights: what echoes their errors foresees them best. So a prediction by
itself answers nothing until gold has shown that it adds to features and labels; of two views that
disagree the prior is unsure, people are asked, and gold on their tasks then tells which was right.
A view that foresees no better than the frequencies of the classes counts as a uniform prior.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.machine.sharpened import DOUBT, SHARPNESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NEGLIGIBLE = 0.01
"""Weight below which a view with predictions isn't used."""


class Part(NamedTuple):
    """A view of the tasks, its weight, and the cell of the grid of β and λ that is best for it."""

    view: int
    weight: float
    cell: tuple[int, int]


class Mixture(NamedTuple):
    """The views that tell something; the rest of the weight, to 1, is a uniform prior's.

    Examples
    --------
    >>> mixture = Mixture([Part(0, 0.25, (3, 1))])
    >>> mixture.prior(np.array([[9.0, 0.0]])).round(2).tolist()
    [0.62, 0.38]
    """

    parts: Sequence[Part]

    @property
    def uniform(self) -> float:
        """The weight of a uniform prior."""
        return max(0.0, 1.0 - sum(part.weight for part in self.parts))

    def prior(self, z: Floats) -> Floats:
        """Return the chances of a task's classes.

        `z` are log-chances up to a constant, by the view of each part: shape (parts, K).
        """
        k = z.shape[1]
        if not self.parts:
            return np.full(k, 1.0 / k)
        chances = np.full(k, self.uniform / k)
        for (_, weight, (row, column)), of_view in zip(self.parts, z, strict=True):
            grown = np.exp(SHARPNESS[row] * (of_view - of_view.max()))
            grown *= weight * (1.0 - DOUBT[column]) / grown.sum()
            chances += grown
            chances += weight * DOUBT[column] / k
        return chances

    def gains(self, nats: Floats) -> list[float]:
        """Return how much better than a uniform prior it foresaw tasks.

        `nats` are those of each view and cell: shape (views, n, β, λ).
        """
        if len(self.parts) == 1 and not self.uniform:
            (only,) = self.parts
            alone: list[float] = nats[only.view, :, *only.cell].tolist()
            return alone
        foreseen = np.full(nats.shape[1], self.uniform)
        for view, weight, (row, column) in self.parts:
            foreseen += weight * np.exp(nats[view, :, row, column])
        gains: list[float] = np.log(foreseen).tolist()
        return gains


def view_weights(ahead: Floats) -> Floats:
    """Return the weights of the features and of each view with predictions: shape (n + 1,).

    `ahead` is by how many nats each of the n views foresaw gold better than the features alone.

    Examples
    --------
    >>> view_weights(np.array([0.0, 0.0])).tolist(), view_weights(np.zeros(0)).tolist()
    ([0.5, 0.25, 0.25], [1.0])
    """
    logs = np.append(0.0, ahead - np.log(max(1, len(ahead))))
    weights: Floats = np.exp(logs - logs.max())
    weights /= weights.sum()
    return weights


def without_negligible(weights: Floats) -> Floats:
    """Return weights with those of the views that are used: a doubted one costs no time.

    Examples
    --------
    >>> without_negligible(np.array([0.995, 0.005])).tolist()
    [1.0, 0.0]
    """
    used = np.where(weights < NEGLIGIBLE, 0.0, weights)
    used[0] = weights[0]
    used /= used.sum()
    return used
