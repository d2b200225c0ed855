"""Sums of products of weights and rewards that several estimators need: computed once a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.inner import inner

if TYPE_CHECKING:
    from replay.tables.rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Of n > 0 rows with weights w and rewards r: arrays of shape (n,), and their sums.

    terms          w r of each row
    squares        w² of each row
    w, w2, r, r2   Σ w, Σ w², Σ r, Σ r²
    wr, w2r        Σ w r, Σ w² r
    wr2, w2r2      Σ w r², Σ (w r)²
    top            the largest weight
    low, high      the least and the largest reward
    """

    terms: Floats
    squares: Floats
    w: float
    w2: float
    r: float
    r2: float
    wr: float
    w2r: float
    wr2: float
    w2r2: float
    top: float
    low: float
    high: float

    @classmethod
    def of(cls, w: Floats, r: Floats) -> Products:
        """Multiply and sum up.

        Examples
        --------
        >>> import numpy as np
        >>> found = Products.of(np.array([2.0, 0.5]), np.array([1.0, 4.0]))
        >>> found.wr, found.w2r2, found.top
        (4.0, 8.0, 2.0)
        """
        terms = w * r
        return cls(
            terms,
            w * w,
            float(w.sum()),
            inner(w, w),
            float(r.sum()),
            inner(r, r),
            float(terms.sum()),
            inner(w, terms),
            inner(terms, r),
            inner(terms, terms),
            float(w.max()),
            float(r.min()),
            float(r.max()),
        )
