"""Two arms that spotify-confidence and we are both given: cost per task, with one covariate.

Imports numpy alone: spotify-confidence runs in an environment of its own (`bench/peers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONTROL, ARM = "control", "new"
LEVEL = 0.95
POWER = 0.8
EFFECT = 0.04
"""What a sample size is asked for, in the metric's unit."""


class Tasks(NamedTuple):
    """Tasks of two arms: 0 is the control."""

    arm: NDArray[np.int64]
    cost: NDArray[np.float64]
    covariate: NDArray[np.float64]


def tasks() -> Tasks:
    """3,000 tasks, 60 % in the control; the covariate explains about half of the variance."""
    rng = np.random.default_rng(14)
    arm = (rng.random(3000) < 0.4).astype(np.int64)
    covariate = rng.normal(2.0, 0.3, size=3000)
    cost = covariate + rng.gamma(2.0, 0.2, size=3000) + 0.03 * arm
    return Tasks(arm, cost, covariate)
