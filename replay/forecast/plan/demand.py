"""What would have been asked of a pool if its capacity had not run out.

Asks never exceed a pool's capacity, so at its limit a log shows the limit, not the demand. In such
hours the demand is taken to be the tasks that came times the asks a task of other hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AT_LIMIT = 0.95
"""Share of the capacity from which on a pool counts as full: it refills within the hour."""


def unlimited(
    asked: NDArray[np.float64], arrived: NDArray[np.float64], labels_per_hour: float | None
) -> NDArray[np.float64]:
    """Return the demand of each hour, shape (hours,).

    Examples
    --------
    >>> asked, arrived = np.array([4.0, 8.0, 10.0]), np.array([2.0, 4.0, 9.0])
    >>> unlimited(asked, arrived, 10.0).tolist(), unlimited(asked, arrived, None).tolist()
    ([4.0, 8.0, 18.0], [4.0, 8.0, 10.0])
    """
    if labels_per_hour is None:
        return asked
    full = asked >= AT_LIMIT * labels_per_hour
    came = float(arrived[~full].sum())
    if not full.any() or not came:
        return asked
    return np.where(full, np.maximum(asked, arrived * float(asked[~full].sum()) / came), asked)
