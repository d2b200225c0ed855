"""Sums of products of weights and rewards that several estimators need: computed once a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Products:
    """Of n > 0 rows with weights w and rewards r: arrays of shape (n,), and their sums.

    Distances a = r − `about`, the mean of these rows' rewards, don't cancel as plain powers do.

    terms          w r of each row
    squares        w² of each row
    away           a of each row, and w a
    w, w2, r, r2   Σ w, Σ w², Σ r, Σ r²
    wr, w2r2       Σ w r, Σ (w r)²
    wa, w2a        Σ w a, Σ w² a
    wa2, w2a2      Σ w a², Σ (w a)²
    top            the largest weight
    low, high      the least and the largest reward
    """

    about: float
    terms: Floats
    squares: Floats
    away: Floats
    away_terms: Floats
    w: float
    w2: float
    r: float
    r2: float
    wr: float
    w2r2: float
    wa: float
    w2a: float
    wa2: float
    w2a2: float
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
        >>> found.wr, found.w2r2, found.top, found.about, found.wa
        (4.0, 8.0, 2.0, 2.5, -2.25)
        """
        total = float(r.sum())
        about = total / len(r)
        away = r - about
        terms, away_terms = w * r, w * away
        return cls(
            about=about,
            terms=terms,
            squares=w * w,
            away=away,
            away_terms=away_terms,
            w=float(w.sum()),
            w2=inner(w, w),
            r=total,
            r2=inner(r, r),
            wr=float(terms.sum()),
            w2r2=inner(terms, terms),
            wa=float(away_terms.sum()),
            w2a=inner(w, away_terms),
            wa2=inner(away_terms, away),
            w2a2=inner(away_terms, away_terms),
            top=float(w.max()),
            low=float(r.min()),
            high=float(r.max()),
        )
