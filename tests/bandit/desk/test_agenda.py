"""The agenda yields what is due as a sorted list would, and forgets nothing that still counts."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.desk.agenda import SLACK, Agenda, AgendaEntry, entries_of
from bandit.events import Task
from bandit.reasons import DecisionReason
from bandit.settings import MemorySettings
from bandit.task.state import AskState, AskStatus, TaskState

Step = tuple[str, AgendaEntry]

times = st.sampled_from((0.0, 1.0, 1.5, 3.0, 8.0))
entries = st.builds(
    AgendaEntry,
    times,
    st.sampled_from(("expire", "retry", "deadline", "forget", "gold")),
    st.sampled_from(("t1", "t2", "t3")),
    st.integers(0, 2),
)
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(st.sampled_from(("add", "add", "due", "keep", "drop")), entries), max_size=40
)


def always(_: AgendaEntry) -> bool:
    return True


@given(steps)
def test_what_is_due_comes_in_order_once_and_again_only_after_a_drop(script: list[Step]) -> None:
    agenda = Agenda()
    held: list[AgendaEntry] = []
    taken: list[AgendaEntry] = []
    for action, entry in script:
        if action == "add":
            agenda.add(entry)
            held.append(entry)
        elif action == "due":
            due = sorted(each for each in held if each.at <= entry.at)
            assert list(agenda.due(entry.at)) == due
            held = [each for each in held if each.at > entry.at]
            taken += due
        elif action == "keep":
            agenda.keep(always)
            taken = []
        else:
            agenda.drop()
            held, taken = held + taken, []
        assert len(agenda) == len(held)
    assert list(agenda.due(math.inf)) == sorted(held)


@given(st.lists(entries, min_size=1), times, st.integers(0, 5))
def test_what_is_added_while_entries_are_taken_out_is_due_too(
    first: list[AgendaEntry], now: float, more: int
) -> None:
    """As an ask that expires makes its task due again at once."""
    agenda = Agenda()
    for entry in first:
        agenda.add(entry)
    taken, added = [], 0
    for entry in agenda.due(now):
        taken.append(entry)
        if added < more:
            added += 1
            agenda.add(AgendaEntry(now, "retry", f"again {added}"))
    is_any_due = any(entry.at <= now for entry in first)
    assert added == (more if is_any_due else 0)
    assert sum(entry.task.startswith("again") for entry in taken) == added
    assert not list(agenda.due(now))
    agenda.drop()
    assert list(agenda.due(now)) == sorted(taken)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from((0, 10, 900)), st.sampled_from((1, 2, 50))), max_size=12))
def test_entries_that_no_longer_count_are_swept_at_a_constant_cost_per_entry(
    batches: list[tuple[int, int]],
) -> None:
    """No entry that counts is lost, and at most 2 · counting + SLACK are held.

    Of each batch every n-th task stays known.
    """
    agenda, known, looks, added = Agenda(), set(), 0, 0
    for number, (size, nth) in enumerate(batches):
        for i in range(size):
            agenda.add(AgendaEntry(float(i), "deadline", f"{number}/{i}"))
            added += 1
            if i % nth == 0:
                known.add(f"{number}/{i}")

        def is_known(entry: AgendaEntry) -> bool:
            nonlocal looks
            looks += 1
            return entry.task in known

        agenda.keep(is_known)
        assert len(agenda) <= 2 * len(known) + SLACK
        assert looks <= 2 * added
    assert {entry.task for entry in agenda.due(math.inf)} >= known


asks = st.builds(
    AskState,
    ask=st.integers(1, 9),
    pool=st.just("a"),
    at=st.just(0.0),
    expires_at=times,
    why=st.sampled_from((DecisionReason.MORE, DecisionReason.AUDIT)),
    usd=st.just(0.1),
    pmf=st.just({"a": 1.0}),
    propensity=st.just(1.0),
    system=st.just({}),
    signals=st.just({}),
    quality=st.just(1.0),
    status=st.sampled_from(AskStatus),
)
states = st.builds(
    TaskState,
    task=st.builds(
        Task,
        task=st.just("t1"),
        project=st.just("p"),
        at=st.just(0.0),
        classes=st.just(("yes", "no")),
        deadline_at=st.none() | times,
    ),
    asks=st.lists(asks, max_size=4),
    retry_at=st.none() | times,
    waits_for=st.sampled_from(((), ("a",))),
    closed_at=st.none() | times,
)


@given(states, st.floats(0.0, 100.0))
def test_of_each_task_exactly_the_awaited_asks_and_the_end_are_due(
    state: TaskState, remember_s: float
) -> None:
    due = entries_of(state, MemorySettings(remember_closed_s=remember_s))
    expiring = sorted((entry.at, entry.ask) for entry in due if entry.kind == "expire")
    assert expiring == sorted((ask.expires_at, ask.ask) for ask in state.awaited())
    ends = {entry.kind: entry.at for entry in due if entry.kind in {"forget", "deadline"}}
    if state.closed_at is not None:
        audited = [ask.expires_at for ask in state.asks if ask.is_audit]
        assert ends == {"forget": max([state.closed_at + remember_s, *audited])}
    elif state.task.deadline_at is not None:
        assert ends == {"deadline": state.task.deadline_at}
    else:
        assert ends == {}
    retries = [entry.at for entry in due if entry.kind == "retry"]
    assert retries == ([] if state.waits_for or state.retry_at is None else [state.retry_at])
