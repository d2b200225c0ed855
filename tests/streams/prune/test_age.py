"""Which records at the front of a partition are old, by the law that decides it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from streams.prune.age import first_young

BEFORE = 100.0
LATEST = 150.0
TIMES = st.one_of(st.none(), st.integers(0, 200))
KINDS = st.sampled_from(["Tick", "Label"])


def young_from(topic: str, records: list[tuple[str, int | None]]) -> int:
    """Write records of a kind and a time, and ask for the first young one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "log.db"
        with closing(EmbeddedLog(path, create=True, synchronous="NORMAL")) as log:
            log.write(
                [
                    NewRecord(
                        topic,
                        b"k",
                        b"?" if at is None else b'{"type":"%s","at":%d}' % (kind.encode(), at),
                    )
                    for kind, at in records
                ]
            )
            return first_young(log.follow(topic), topic, BEFORE, LATEST, len(records))


@settings(max_examples=40, deadline=None)
@given(st.lists(TIMES, max_size=12))
def test_all_before_it_are_old_and_it_is_not(times: list[int | None]) -> None:
    """A time after the latest that there can be is wrong: it counts only if no old one follows."""
    young_at = young_from("asks", [("Ask", at) for at in times])
    gone = times[:young_at]
    old = [i for i, at in enumerate(gone) if at is not None and at < BEFORE]
    assert not any(at is not None and BEFORE <= at <= LATEST for at in gone)
    assert all(at is None for at in gone[old[-1] + 1 if old else 0 :])
    assert young_at == len(times) or (times[young_at] or 0) >= BEFORE


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(KINDS, TIMES), max_size=12))
def test_in_labels_nothing_goes_behind_the_last_old_tick_or_the_first_young_one(
    records: list[tuple[str, int | None]],
) -> None:
    young_at = young_from("labels", records)
    ticks = [(i, at) for i, (kind, at) in enumerate(records) if kind == "Tick" and at is not None]
    young = min((i for i, at in ticks if BEFORE <= at <= LATEST), default=len(records))
    old = [i for i, at in ticks if at < BEFORE and i < young]
    assert young_at <= young
    if old:
        assert young_at == old[-1] + 1
    else:
        assert not any(at is not None and BEFORE <= at <= LATEST for _, at in records[:young_at])
