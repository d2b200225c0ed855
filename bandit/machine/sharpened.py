"""What was foreseen of tasks, sharpened by each β and doubted with each λ of the grid.

With z the log-chances of K classes, labels or a truth y were foreseen better than by a uniform
prior by

    log((1 - λ) K Σ_c softmax(β z)(c) P(y | c) / Σ_c P(y | c) + λ)    nats.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHARPNESS = np.array([0.0, 0.5, 0.75, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0])
"""β. Above 1 where targets are less sure than the truth: one label, right 80 % of the time."""
DOUBT = np.array([0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0])
"""λ. Smaller shares can't be told from people's labels; 1 is the uniform prior."""
TRUST = 1.0 - DOUBT
ALL = slice(None)


class Sharpened:
    """Log-chances `z` of tasks by each view, shape (views, n, K), sharpened by each β.

    Examples
    --------
    >>> task = Sharpened(np.array([[[3.0, 0.0]]]))
    >>> task.nats(np.array([[1.0, 1.0]])).any(), task.nats(np.array([[1.0, 0.0]])).max().round(2)
    (np.False_, np.float64(0.69))
    """

    def __init__(self, z: Floats) -> None:
        above = z - np.maximum.reduce(z, axis=2, keepdims=True)
        self._grown = np.exp(SHARPNESS[:, None] * above[:, :, None])
        self._total = np.add.reduce(self._grown, axis=3)

    def nats(self, likelihood: Floats, tasks: slice | list[int] = ALL) -> Floats:
        """Return how well labels or a truth were foreseen, beyond a uniform prior.

        `likelihood` is that of some of the tasks, shape (n, K), up to a factor. The result has the
        shape (views, n, β, λ).
        """
        foreseen = (self._grown[:, tasks] @ likelihood[:, :, None])[..., 0] / self._total[:, tasks]
        foreseen *= likelihood.shape[1] / np.add.reduce(likelihood, axis=1)[:, None]
        nats: Floats = np.log(TRUST * foreseen[..., None] + DOUBT)
        return nats
