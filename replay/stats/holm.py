"""P-values of several tests, each adjusted so that it counts all of them.

Source: Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70. Neither NumPy nor SciPy has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return the adjusted p-values; `None` stands for a test that wasn't made.

    If every hypothesis is true, any of them is below α with a chance of at most α.

    Examples
    --------
    >>> holm([0.04, None, 0.01])
    [0.04, None, 0.02]
    """
    made = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    adjusted, least = list(p_values), 0.0
    for rank, (p, i) in enumerate(made):
        least = adjusted[i] = max(least, min(1.0, p * (len(made) - rank)))
    return adjusted
