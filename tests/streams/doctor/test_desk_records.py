"""Doctor reads what a desk writes, and survives what anybody else wrote there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.records import STATE_KEY, encode, gold_key, task_key
from bandit.events import Task, Verdict
from bandit.task.state import DeskState, TaskState
from streams.doctor.desk_records import PartitionRecord, is_task, partition_record, task_record
from streams.log.log import Record

texts = st.text(st.characters(codec="utf-8"), max_size=5)
times = st.floats(0.0, 1e9)
values = (
    st.none()
    | st.binary(max_size=30)
    | st.sampled_from(
        (b"{}", b'{"other":' + b"[" * 100_000, b'{"now":"late"}', b'{"task":{"at":1}}', b"null")
    )
)
keys = (
    st.none() | st.binary(max_size=8) | st.sampled_from((STATE_KEY, task_key("t"), gold_key("t")))
)


def record(key: bytes | None, value: bytes | None) -> Record:
    return Record("desk", 0, 7, key, value)


@given(st.none() | times, st.integers(0, 10**6), st.dictionaries(texts, st.integers(0)))
def test_the_state_of_a_partition_is_read_as_its_desk_wrote_it(
    now: float | None, open_tasks: int, positions: dict[str, int]
) -> None:
    state = DeskState(now=now, open_tasks=open_tasks, positions=positions)
    assert partition_record(record(STATE_KEY, encode(state))) == PartitionRecord(
        now, open_tasks, positions
    )


@given(texts, times, st.booleans())
def test_the_arrival_of_a_task_is_read_and_whether_it_is_open(
    name: str, at: float, is_closed: bool
) -> None:
    state = TaskState(task=Task(task=name, project="p", at=at, classes=("yes", "no")))
    if is_closed:
        state.verdict = verdict(name)
    written = record(task_key(name), encode(state))
    task = task_record(written)
    assert is_task(written)
    assert task is not None
    assert task.is_open != is_closed
    assert task.task.at == at


def verdict(name: str) -> Verdict:
    return Verdict(
        task=name,
        project="p",
        revision=0,
        at=1.0,
        answer="yes",
        confidence=0.9,
        raw_confidence=0.9,
        posterior={"yes": 0.9, "no": 0.1},
        labels=1,
        usd=0.1,
        delay_s=1.0,
        basis="single",
        why="value",
        worth_usd=1.0,
        audited=False,
        audit_propensity=0.1,
    )


@given(keys, values)
def test_any_bytes_are_read_as_far_as_they_go(key: bytes | None, value: bytes | None) -> None:
    """An unreadable state counts as one of nothing; only the key says what a record is."""
    entry = record(key, value)
    assert (partition_record(entry) is None) == (key != STATE_KEY or value is None)
    assert is_task(entry) == (key is not None and key.startswith(b"task/"))
    read = task_record(entry)
    assert read is None or value is not None
