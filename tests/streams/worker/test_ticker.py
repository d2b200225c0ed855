"""When the time is written, and where: every second, sooner or more seldom."""

from __future__ import annotations

import msgspec

from bandit.events import Tick
from streams.worker.ticker import PROBE_S, REMEMBERED, Ticker


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def into(ticker: Ticker, *partitions: int, unfinished: tuple[int, ...] = ()) -> list[int]:
    """Where ticks are written now."""
    found = ticker.due(partitions, lambda one: one in unfinished)
    return [one.partition for one in found if one.partition is not None]


def test_a_desk_with_more_to_do_gets_the_next_tick_when_the_last_has_come_back() -> None:
    clock = Clock()
    ticker = Ticker(clock, 1.0)
    assert into(ticker, 0, 1) == [0, 1]
    clock.now += 0.1
    assert into(ticker, 0, 1, unfinished=(0, 1)) == []
    ticker.returned(1, 1000.0)
    assert into(ticker, 0, 1, unfinished=(0, 1)) == [1]
    assert into(ticker, 0, 1, unfinished=(0, 1)) == []
    ticker.returned(1, 1000.1)
    assert into(ticker, 0, 1) == []


def test_ticks_that_never_come_back_do_not_stop_the_regular_ones() -> None:
    clock = Clock()
    ticker = Ticker(clock, 1.0)
    for _ in range(REMEMBERED + 5):
        assert into(ticker, 0) == [0]
        clock.now += 1.0
    ticker.returned(0, clock.now - 1.0)
    clock.now -= 0.5
    assert into(ticker, 0, unfinished=(0,)) == [0]


def test_a_clock_that_is_wrong_is_written_seldom_until_it_is_right() -> None:
    clock = Clock()
    ticker = Ticker(clock, 1.0)
    assert into(ticker, 0, 1) == [0, 1]
    ticker.returned(0, 1000.0, 500.0, wrong=True)
    ticker.returned(1, 1000.0, 999.9)
    assert (ticker.skew_s[0], ticker.wrong_by_s(0), ticker.wrong_by_s(1)) == (500.0, 500.0, 0.0)
    written = []
    for _ in range(int(2 * PROBE_S)):
        clock.now += 1.0
        written += into(ticker, 0, 1, unfinished=(0,))
    assert (written.count(0), written.count(1)) == (2, 2 * PROBE_S)
    clock.now -= 500.0  # it is set right: that is seen at once
    assert into(ticker, 0, 1) == [0, 1]
    ticker.returned(0, clock.now, clock.now)
    clock.now += 1.0
    assert into(ticker, 0, 1) == [0, 1]
    assert ticker.skew_s[0] == 0.0


def test_what_others_wrote_says_nothing_about_our_clock() -> None:
    ticker = Ticker(Clock(), 1.0)
    assert into(ticker, 0) == [0]
    ticker.returned(0, 999.0, 5.0, wrong=True)
    assert ticker.skew_s == {}
    assert ticker.wrong_by_s(0) == 0.0


def test_a_partition_that_is_gone_is_forgotten() -> None:
    clock = Clock()
    ticker = Ticker(clock, 1.0)
    assert into(ticker, 0, 1) == [0, 1]
    ticker.returned(0, 1000.0, 500.0, wrong=True)
    clock.now += 1.0
    assert into(ticker, 1) == [1]
    assert ticker.skew_s == {}
    clock.now += 1.0
    assert into(ticker, 0, 1) == [0, 1]


def test_without_a_clock_nothing_is_written() -> None:
    ticker = Ticker(None, 1.0)
    assert not ticker.has_clock
    assert into(ticker, 0, unfinished=(0,)) == []


def test_a_tick_says_the_time_and_nothing_else() -> None:
    """An older program counts fields that it doesn't know."""
    (one,) = Ticker(lambda: 5.0, 1.0).due([3])
    assert (one.topic, one.key, one.partition) == ("labels", None, 3)
    assert msgspec.json.decode(one.value or b"") == {"type": "Tick", "at": 5.0, "v": 1}
    assert msgspec.json.encode(Tick(at=5.0, reset=True)).count(b"reset") == 1
