"""Calibration of predictions: sharpness β and doubt λ, found from people's labels.

    prior(c) = (1 - λ) softmax(β z)(c) + λ / K

(β, λ) is the best of a grid by the discounted sum of log Σ_c prior(c) P(labels | c), where each z
was predicted before its task was learned, plus log λ: one pseudo-observation of a task whose truth
was thought impossible. So no gold is needed, overconfidence is found by the labels it failed to
foresee, and what foresees nothing is tempered to nothing. Tasks count by 1 / the chance that people
were asked.

The same grid scores the frequencies of the classes alone. Features that foresee labels no better
tell nothing, and frequencies of classes are the label model's to judge: it alone can tell skewed
classes from skewed labelers. Then the prior is uniform.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARPNESS = np.array([0.0, 0.5, 0.75, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0])
"""β. Above 1 where targets are less sure than the truth: one label, right 80 % of the time."""
DOUBT = np.array([0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0])
"""λ. Smaller shares can't be told from people's labels; 1 is the uniform prior."""
TRUST, PRIOR = 1.0 - DOUBT, np.log(DOUBT)
HALF_LIFE = 300
"""Tasks after which an observation counts half. A longer memory shows better that errors are rare
(150 to 600: .002 to .013 nats), a shorter one sees sooner that they are not: where the share of
right answers falls from .995 to .8, the prior follows within 1.3 half-lives."""
KEEP = 0.5 ** (1.0 / HALF_LIFE)
MARGIN = 2.0
"""Nats by which features must beat frequencies: a factor of seven in likelihood."""
MOST_WEIGHT = 20.0
"""A task counts at most so often: one rare label must not outvote the last hundred."""
SHAPE = (2, len(SHARPNESS), len(DOUBT))


class Sharpness:
    """Scores of the grid, for the predictions from features and for those from frequencies.

    Examples
    --------
    >>> scores = Sharpness()
    >>> scores.is_informative, scores.prior(np.array([3.0, 0.0])).tolist()
    (False, [0.5, 0.5])
    >>> for _ in range(50):
    ...     seen = np.array([[3.0, 0.0]]), np.zeros(2), np.array([[0.8, 0.2]]), np.ones(1)
    ...     gains = scores.learn(*seen)
    >>> scores.is_informative, scores.prior(np.array([3.0, 0.0])).round(3).tolist()
    (True, [0.98, 0.02])
    """

    def __init__(self) -> None:
        self.restore(np.zeros(SHAPE))

    def restore(self, scores: Floats) -> None:
        """Set the state: scores in nats, shape `SHAPE`."""
        self.scores = scores
        self._choose()

    def prior(self, z: Floats) -> Floats:
        """Return the calibrated chances of `z`, log-chances up to a constant, shape (K,)."""
        if not self.is_informative:
            return np.full(len(z), 1.0 / len(z))
        grown: Floats = np.exp(self._beta * (z - z.max()))
        grown *= (1.0 - self._doubt) / grown.sum()
        grown += self._doubt / len(z)
        return grown

    def learn(
        self, z: Floats, frequency: Floats, likelihood: Floats, weights: Floats
    ) -> list[float]:
        """Learn how well `z` and `frequency` foresaw labels; return gains over a uniform prior.

        `z` and `likelihood` have the shape (n, K), `frequency` (K,): log-chances, and P(labels |
        class) up to a factor; `weights` (n,). The gains, in nats, are of the prior in force.
        """
        n, k = z.shape
        both = np.empty((2, n, 1, k))
        both[0, :, 0], both[1, :, 0] = z, frequency
        both -= both.max(axis=3, keepdims=True)
        grown = np.exp(SHARPNESS[:, None] * both)
        foreseen = (grown @ likelihood[:, :, None])[..., 0] / grown.sum(axis=3)
        foreseen *= k / likelihood.sum(axis=1)[:, None]
        nats = np.log(TRUST * foreseen[..., None] + DOUBT)  # 2, n, sharpness, doubt
        _, row, column = self._at
        gains = nats[0, :, row, column].tolist() if self.is_informative else [0.0] * n
        each = np.minimum(weights, MOST_WEIGHT) * KEEP ** np.arange(n - 1, -1, -1)
        self.scores = KEEP**n * self.scores + np.tensordot(each, nats, (0, 1))
        self._choose()
        return gains

    def _choose(self) -> None:
        scores = self.scores + PRIOR
        row, column = divmod(int(scores[0].argmax()), len(DOUBT))
        self._at = (0, row, column)
        self._beta, self._doubt = float(SHARPNESS[row]), float(DOUBT[column])
        self.is_informative = bool(scores[self._at] > scores[1].max() + MARGIN)
