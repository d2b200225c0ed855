"""In a market that the engine works through, a dear pool that is no better is found."""

from __future__ import annotations

import pytest

from bench.reports.planted import rows


@pytest.mark.slow
def test_a_dear_pool_is_found_in_a_market_that_the_engine_works_through() -> None:
    """One market; with equal pools and 800 tasks the recommendation is made in nearly all."""
    (row,) = rows(["dear"], [1], 600)
    assert row["found"]
    low, realised, high = row["low"], row["realised"], row["high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert isinstance(realised, float)
    assert low - 5.0 < realised < high + 5.0  # a miss of the 95 % interval is no miss of the sense
