"""A desk's positions are what was noted with the batches that were kept, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.errors import StateError
from bandit.events import Task, Tick
from bandit.learn.brain import Brain
from bandit.settings import Settings

NOTED = st.dictionaries(st.sampled_from(["tasks", "labels"]), st.integers(0, 2**60))
BATCHES = st.lists(st.tuples(NOTED, st.booleans()), max_size=8)


def made() -> Engine:
    """Make an engine that knows nothing."""
    return Engine(Settings(), Brain(Settings()), partitions=2)


@given(BATCHES)
def test_restored_they_are_those_of_the_batches_that_were_kept(
    batches: list[tuple[dict[str, int], bool]],
) -> None:
    engine, topic, kept = made(), dict[bytes, bytes | None](), dict[str, int]()
    for noted, keep in batches:
        engine.note_positions(1, noted)
        if keep:
            topic |= {key: value for _, key, value in engine.changes()}
            engine.keep()
            kept |= noted
        else:
            engine.drop()
    assert engine.positions(1) == kept
    engine.restore(1, topic.items())
    assert engine.positions(1) == kept
    assert engine.changes() == []


def test_a_desk_is_empty_until_it_has_a_task_or_the_time() -> None:
    engine = made()
    engine.restore(0, [])
    assert engine.empty(0)
    engine.note_positions(0, {"tasks": 7})
    assert engine.empty(0)
    engine.receive(Tick(at=1.0), 0)
    assert not engine.empty(0)
    engine.receive(Task(task="t", project="p", at=1.0, classes=("a", "b")), 1)
    engine.keep()
    assert not engine.empty(1)


def test_a_desk_that_was_split_otherwise_is_refused() -> None:
    """Its tasks are where their labels would not come."""
    engine = made()
    engine.note_positions(1, {"tasks": 7})
    records = [(key, value) for _, key, value in engine.changes()]
    other = Engine(Settings(), Brain(Settings()), partitions=3)
    with pytest.raises(StateError, match="written with 2 partitions, and there are 3 now"):
        other.restore(1, records)


def test_what_another_partition_holds_is_not_known() -> None:
    engine = made()
    engine.note_positions(1, {"tasks": 7})
    assert engine.positions(0) == {}
    engine.release(1)
    assert engine.positions(1) == {}
