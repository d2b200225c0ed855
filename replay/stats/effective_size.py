"""Effective sample size of weights (Kish 1965, Survey Sampling, section 11.7)."""

from __future__ import annotations


def effective_sample_size(weight: float, weight_squared: float) -> float:
    """Effective sample size (Σ w)² / Σ w², in rows; 0 where nothing has a weight.

    Examples
    --------
    >>> effective_sample_size(4.0, 8.0)
    2.0
    """
    return weight**2 / weight_squared if weight_squared else 0.0
