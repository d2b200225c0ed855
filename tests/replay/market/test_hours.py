"""The hours of a pool: by day or overnight, all that says when it is open agrees."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.days import DAY_S
from replay.market.pools import PoolSpec

QUARTER_S = 900.0
QUARTERS = st.integers(0, 96)


def pool(opening: float, closing: float) -> PoolSpec:
    return PoolSpec(
        name="p",
        usd_per_label=0.1,
        skill=0.8,
        labelers=3,
        hours=(opening, closing),
        capacity_per_hour=60.0,
    )


def test_a_pool_opens_in_the_evening_and_closes_in_the_morning() -> None:
    spec = pool(22.0, 6.0)
    events = [(one.at / 3600.0, one.open) for one in spec.events(0.0, 30 * 3600.0)]
    assert events == [(0.0, True), (6.0, False), (22.0, True), (30.0, False)]
    assert spec.opens_at(2 * 3600.0) == 2 * 3600.0
    assert spec.opens_at(7 * 3600.0) == 22 * 3600.0
    assert spec.most_asks(0.0, 30 * 3600.0) == 60.0 * 14.0


@given(st.integers(0, 95), st.integers(1, 96), QUARTERS, QUARTERS)
def test_opening_times_events_and_room_agree(
    opening: int, closing: int, start: int, length: int
) -> None:
    if opening == closing:
        return
    spec = pool(opening / 4.0, closing / 4.0)
    begin, end = start * QUARTER_S, start * QUARTER_S + 2 * length * QUARTER_S
    events = spec.events(begin, end)
    assert [one.at for one in events] == sorted({one.at for one in events})
    assert [one.open for one in events[1:]] == [not one.open for one in events[:-1]]
    open_quarters = 0
    for quarter in range(start, start + 2 * length):
        middle = (quarter + 0.5) * QUARTER_S
        is_open = spec.opens_at(middle) == middle
        assert is_open == [one.open for one in events if one.at <= middle][-1]
        assert is_open == ((quarter - opening) % 96 < (closing - opening - 1) % 96 + 1)
        opens_at = spec.opens_at(middle)
        assert middle <= opens_at < middle + DAY_S
        assert is_open or opens_at % DAY_S == opening * QUARTER_S
        open_quarters += is_open
    assert spec.most_asks(begin, end) == pytest.approx(15.0 * open_quarters)
