"""Thompson sampling as an explorer of the bench, with the exact probability of each pool.

A pool's value is taken to be normal around what the look-ahead says, with a standard deviation that
falls with the rewards learned; a pool is asked with the probability that its value is the highest
(Thompson 1933; Russo et al. 2018). That probability is integrated, not sampled: so the propensity
that is logged is the one that was used.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from bandit.pmf import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

POINTS = 64
STANDARD = NormalDist()
QUANTILES = [STANDARD.inv_cdf((i + 0.5) / POINTS) for i in range(POINTS)]


def thompson(values: Mapping[str, float], rate: float, learned: int) -> dict[str, float]:
    """Return the probability that each value is the highest.

    The standard deviation is rate / sqrt(learned + 1), in shares of the value of a right answer.

    Examples
    --------
    >>> {k: round(v, 3) for k, v in thompson({"a": 0.5, "b": 0.4}, 1.0, 24).items()}
    {'a': 0.638, 'b': 0.362}
    """
    spread = rate / math.sqrt(learned + 1.0)
    chances = {
        name: math.fsum(
            math.prod(
                STANDARD.cdf(quantile + (value - other) / spread)
                for rival, other in values.items()
                if rival != name
            )
            for quantile in QUANTILES
        )
        for name, value in values.items()
    }
    return normalised(chances)
