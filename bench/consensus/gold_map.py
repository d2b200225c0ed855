"""Map from a posterior to a confidence: logistic in the log-odds, fitted on gold.

    confidence = sigmoid(shift + slope * logit(top))

Maximum a posteriori: shift ~ N(0, 1/4), slope ~ N(.8, 1/16); without gold it is (0, .8).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHIFT, SLOPE = 0.0, 0.8
SHIFT_PRECISION, SLOPE_PRECISION = 4.0, 16.0
NEAREST = 1e-6


class GoldMap:
    """The map as it is after the gold so far.

    Examples
    --------
    >>> map_ = GoldMap()
    >>> for _ in range(50):
    ...     map_.learn(0.95, right=True)
    ...     map_.learn(0.95, right=False)
    >>> map_.confidence(0.95) < 0.6 < GoldMap().confidence(0.95)
    True
    """

    def __init__(self) -> None:
        self._log_odds: list[float] = []
        self._right: list[float] = []
        self._fitted: tuple[float, float] | None = (SHIFT, SLOPE)

    def learn(self, top: float, *, right: bool) -> None:
        """Learn whether an answer with this posterior was right."""
        self._log_odds.append(_logit(top))
        self._right.append(float(right))
        self._fitted = None

    def confidence(self, top: float) -> float:
        """Return the chance that an answer with this posterior is right."""
        if self._fitted is None:
            self._fitted = _fit(np.array(self._log_odds), np.array(self._right))
        shift, slope = self._fitted
        return 1.0 / (1.0 + math.exp(-(shift + slope * _logit(top))))


def _logit(top: float) -> float:
    kept = min(max(top, NEAREST), 1.0 - NEAREST)
    return math.log(kept / (1.0 - kept))


def _fit(log_odds: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """Newton's method; the target is strictly concave, halved steps keep it rising."""
    centre, precision = np.array([SHIFT, SLOPE]), np.diag([SHIFT_PRECISION, SLOPE_PRECISION])
    columns = np.column_stack([np.ones_like(log_odds), log_odds])

    def loss(at: NDArray[np.float64]) -> float:
        z = columns @ at
        off = at - centre
        return float((np.logaddexp(0.0, z) - right * z).sum() + off @ precision @ off / 2)

    at = centre.copy()
    for _ in range(50):
        said = 1.0 / (1.0 + np.exp(-columns @ at))
        slope = columns.T @ (said - right) + precision @ (at - centre)
        curve = (columns.T * (said * (1.0 - said))) @ columns + precision
        step = np.linalg.solve(curve, slope)
        while loss(at - step) > loss(at) and float(np.abs(step).max()) > NEAREST:
            step /= 2
        at -= step
        if float(np.abs(step).max()) < NEAREST:
            break
    return float(at[0]), float(at[1])
