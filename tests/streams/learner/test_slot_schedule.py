"""Which slot is written next: all in turn but the one that is spared, and each period once."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.learn import saved_brain
from streams.learner.slot_schedule import SPARED_S, SlotSchedule
from streams.learner.slots import IN_TURN, PERIODS, in_turn
from streams.learner.snapshots import manifest_of
from streams.learner.snapshots import write as write_snapshot
from tests.streams.scenes import kept, new_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.embedded.log import EmbeddedLog
    from streams.learner.snapshots import Manifest

NOW = 20_000 * 86_400.0
DATA = b"a brain"
steps_s = st.lists(st.sampled_from((1.0, 600.0, 3600.0, 5000.0, 90_000.0)), max_size=12)


class Clock:
    """A clock that stands until it is moved."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@contextmanager
def log_with(*manifests: Manifest) -> Iterator[EmbeddedLog]:
    """Open a log with snapshots in it."""
    with tempfile.TemporaryDirectory() as folder, closing(new_log(Path(folder) / "log.db")) as log:
        with closing(log.writer("earlier")) as writer:
            for each in manifests:
                write_snapshot(writer, each, DATA)
        yield log


def manifest(number: int, *, at: float | None = NOW, is_older: bool = False) -> Manifest:
    made = manifest_of(DATA, number, number, number)
    brain = saved_brain.VERSION - is_older
    return msgspec.structs.replace(made, at=at, brain=brain)


def next_ids(log: EmbeddedLog, clock: Clock | None, count: int) -> list[int]:
    schedule = SlotSchedule(kept(log), clock)
    ids = []
    for _ in range(count):
        ids.append(schedule.next_id)
        schedule.wrote(manifest(schedule.next_id))
    return ids


@settings(max_examples=12)
@given(st.integers(0, 9))
def test_ids_rise_by_one_and_use_every_slot_in_turn(newest: int) -> None:
    with log_with(manifest(newest)) as log:
        assert next_ids(log, Clock(), 8) == list(range(newest + 1, newest + 9))


@settings(max_examples=12)
@given(st.integers(0, 9), st.integers(0, 3), st.floats(0.0, 2.0) | st.none())
def test_the_snapshot_of_an_older_version_keeps_its_slot_for_its_time(
    older: int, newer: int, age: float | None
) -> None:
    """Age in units of the retention of rewards; without one it is spared."""
    at = None if age is None else NOW - age * SPARED_S
    manifests = [manifest(older, at=at, is_older=True)]
    manifests += [manifest(older + number + 1) for number in range(newer)]
    with log_with(*manifests) as log:
        slots = {in_turn(number) for number in next_ids(log, Clock(), 3 * IN_TURN)}
    is_spared = age is None or age < 1.0
    assert (in_turn(older) in slots) != is_spared
    assert len(slots) == IN_TURN - is_spared


@settings(max_examples=12)
@given(steps_s)
def test_each_hour_and_each_day_is_written_once(steps: list[float]) -> None:
    clock = Clock()
    written: Counter[tuple[bytes, int]] = Counter()
    seconds = {period.name: period.seconds for period in PERIODS}
    expected = set()
    with log_with() as log, closing(log.writer("learner")) as writer:
        schedule, before = SlotSchedule(kept(log), clock), kept(log).saved_at()
        for step in [0.0, *steps]:
            clock.now += step
            schedule.keep(writer, manifest(1, at=clock.now), DATA)
            after = kept(log).saved_at()
            for slot in [slot for slot, at in after.items() if before.get(slot) != at]:
                name = slot.partition(b"/")[0]
                written[name, int(clock.now // seconds[name])] += 1
            expected |= {(name, int(clock.now // each)) for name, each in seconds.items()}
            before = after
    assert set(written) == expected
    assert set(written.values()) == {1}


def test_without_a_clock_nothing_is_written_by_it() -> None:
    with log_with(manifest(1)) as log:
        before = log.end("models", 0)
        with closing(log.writer("learner")) as writer:
            SlotSchedule(kept(log), None).keep(writer, manifest(1), DATA)
        assert log.end("models", 0) == before
