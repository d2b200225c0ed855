"""How large a reward and how small a propensity may be, so that every sum stays a number.

The largest sums that are kept are of fourth powers of weight × reward, for the kurtosis. With the
limits below those are at most (1e15 · 1e30)⁴ = 1e180 a row, far from the largest double, 1.8e308,
for any number of rows.
"""

from __future__ import annotations

MAX_SIZE = 1e30
"""Largest absolute value of a reward, or of a context's number: no unit needs more. Placeholders
for "missing" are above it: the largest single (3.4e38) and double (1.8e308)."""

MIN_SIZE = 1e-30
"""Smallest mean or spread of rewards, if it isn't 0: squares of much smaller ones are rounded to 0,
and with them the width of an interval."""

MIN_PROPENSITY = 1e-15
"""Smallest propensity. An action with less is expected less than once in a million billion rows: a
row with it was not logged by that chance. In double precision it can't be told from 0 either, for
the chances of the other actions add up to 1."""
