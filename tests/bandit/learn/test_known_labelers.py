"""Labelers who are idle for long are forgotten, by the days of the rewards and not by one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bandit.days import DAY_S
from bandit.learn import saved_brain
from bandit.learn.brain import Brain
from bandit.learn.known_labelers import DAY_REWARDS, KnownLabelers
from bandit.learn.track_record import TrackRecord
from bandit.settings import MemorySettings, Settings
from tests.bandit.learn.test_records import reward

if TYPE_CHECKING:
    from bandit.events import Reward

YEAR_S = 365 * DAY_S
MEMORY = MemorySettings(labeler_days=3, max_labelers=5)
SETTINGS = Settings(memory=MEMORY)


def at(number: int, labeler: str, day: float) -> Reward:
    """Return a reward of a label, written on a day; `busy` is wrong every other time."""
    made = reward(number, right=labeler != "busy" or number % 2 > 0, labeler=labeler)
    return msgspec.structs.replace(made, at=day * DAY_S, decided_at=day * DAY_S)


def rate(brain: Brain, labeler: str) -> float:
    """Return the rate that is known of a labeler."""
    return brain.labeler_signals("p", "a", labeler, 0.7, 5.0, 0.0)["rate"]


def labelers(brain: Brain) -> list[str]:
    """Return whom a brain knows, the last seen last."""
    return [key.rpartition("/")[2] for key in brain._labelers.records()]


def test_who_is_idle_for_longer_is_one_of_the_pool_again() -> None:
    brain = Brain(SETTINGS)
    for number in range(200):
        brain.learn(at(number, "good", 100.0))
    for day in range(100, 105):
        for number in range(DAY_REWARDS):
            brain.learn(at(number, "busy", float(day)))
        assert ("good" in labelers(brain)) == (day < 104)
        assert (rate(brain, "good") > rate(brain, "new")) == (day < 104)
    assert brain.pool_record("p", "a").golds == 200 + 5 * DAY_REWARDS  # the pool knows it still


def test_of_too_many_the_longest_idle_goes() -> None:
    brain = Brain(SETTINGS)
    for number in range(8):
        brain.learn(at(number, f"w{number % 7}", 100.0))
    assert labelers(brain) == ["w3", "w4", "w5", "w6", "w0"]


def test_a_clock_a_year_ahead_makes_nobody_idle() -> None:
    brain = Brain(SETTINGS)
    brain.learn(at(0, "good", 100.0))
    for number in range(DAY_REWARDS - 1):
        brain.learn(at(number, "busy", 100.0 + 365.0))
    for number in range(3 * DAY_REWARDS):
        brain.learn(at(number, "busy", 100.0))
    assert labelers(brain) == ["good", "busy"]


def test_those_of_a_release_that_noted_no_day_are_idle_from_now_on() -> None:
    old = Brain(Settings())
    for number in range(4):
        old.learn(at(number, f"w{3 - number}", 100.0 - number))
    saved = msgspec.structs.replace(saved_brain.read(old.to_bytes()), day=None, day_began=0)
    for record in saved.labelers.values():
        record.seen_day = None
    brain = Brain.from_bytes(SETTINGS, saved_brain.write(saved))
    assert labelers(brain) == ["w0", "w1", "w2", "w3"]
    for day in range(100, 105):
        for number in range(DAY_REWARDS):
            brain.learn(at(number, "busy", float(day)))
        assert len(labelers(brain)) == (5 if day < 104 else 1)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-2, 9)), max_size=60), st.integers(0, 60))
def test_read_back_anywhere_it_goes_on_as_if_nothing_had_happened(
    seen: list[tuple[int, int]], cut: int
) -> None:
    whole = KnownLabelers(MEMORY)
    resumed = KnownLabelers(MEMORY)
    for position, (labeler, day) in enumerate(seen):
        if position == cut:
            data = msgspec.json.encode(resumed.records())
            records = msgspec.json.decode(data, type=dict[str, TrackRecord])
            resumed = KnownLabelers(MEMORY, records, resumed.day, resumed.day_began)
        for known in (whole, resumed):
            known.seen(f"w{labeler}", day * DAY_S, position * DAY_REWARDS)
            assert f"w{labeler}" in known.records()
            assert len(known.records()) <= MEMORY.max_labelers
    assert list(resumed.records().items()) == list(whole.records().items())
    assert (resumed.day, resumed.day_began) == (whole.day, whole.day_began)
