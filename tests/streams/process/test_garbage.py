"""Garbage collection in a worker: what is loaded is never scanned again, cycles still go."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import pytest

from streams.process.garbage import YOUNG, scan_less

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cycle:
    """Something that only a scan can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def scans_of(events: int) -> int:
    """Return how many scans of young objects so many new objects bring."""
    scans = 0

    def count(phase: str, info: dict[str, int]) -> None:
        nonlocal scans
        scans += phase == "start" and info["generation"] == 0

    gc.collect()
    gc.callbacks.append(count)
    try:
        kept = [[number] for number in range(events)]
    finally:
        gc.callbacks.remove(count)
    assert len(kept) == events
    return scans


def test_what_is_loaded_is_never_scanned_again() -> None:
    loaded = Cycle()
    scan_less()
    assert gc.get_freeze_count() > 0
    assert not any(thing is loaded for thing in gc.get_objects())
    later = Cycle()
    assert any(thing is later for thing in gc.get_objects())


def test_what_is_new_is_scanned_less_often() -> None:
    gc.set_threshold(700, 10, 10)  # as Python begins
    before = scans_of(5 * YOUNG)
    scan_less()
    assert scans_of(5 * YOUNG) in (4, 5)
    assert before >= 4 * 5


def test_cycles_that_come_later_are_still_freed() -> None:
    """By themselves, with no call of the collector: nothing a worker makes stays for good."""
    scan_less()
    gone = weakref.ref(Cycle())
    assert gone() is not None
    kept = [[number] for number in range(2 * YOUNG)]
    assert gone() is None
    assert kept
