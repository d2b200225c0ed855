"""Laws of the queues: no task is lost or served twice, no room unused, projects share alike."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.engine.engine import Engine
from bandit.events import Ask, Control, Decline, Pool, Tick, Verdict
from bandit.limits.turn import Turn
from tests.bandit.desk.test_queues import SETTINGS, asked, task
from tests.bandit.engine.test_resume import Restarting, in_bytes
from tests.bandit.fleet import BRAIN

if TYPE_CHECKING:
    from bandit.events import Input

Step = tuple[Any, ...]
POOLS = ("a", "b", "c")
small = st.integers(0, 5)
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.tuples(
            st.just("tasks"),
            st.sampled_from("pqr"),
            st.integers(1, 6),
            st.sampled_from(((), ("es",))),
            st.sampled_from((None, 1.0, 100.0)),
            st.sampled_from((None, 30.0, 5000.0)),
        ),
        st.tuples(st.just("pass"), st.sampled_from((1.0, 1.0, 20.0, 300.0, 3000.0))),
        st.tuples(
            st.just("pool"),
            st.sampled_from(POOLS),
            st.sampled_from((None, 0.0, 12.0, 60.0, 720.0)),
            st.sampled_from(((), ("es",))),
        ),
        st.tuples(st.just("pause"), st.sampled_from("pqr"), st.booleans()),
        st.tuples(st.just("decline"), small),
    ),
    max_size=40,
)


class Script:
    """Turns steps into events, and checks after each tick that no room is left unused."""

    def __init__(self) -> None:
        self.fed: list[tuple[Input, bytes]] = []
        self.engine = Engine(SETTINGS, BRAIN)
        self.asks: list[Ask] = []
        self.tasks: list[str] = []
        self.ended: set[str] = set()
        self.now = 0.0
        self.feed(Tick(at=0.0))

    def feed(self, event: Input) -> None:
        out = self.engine.receive(event)
        self.fed.append((event, in_bytes(out)))
        self.asks += [one for one in out if isinstance(one, Ask)]
        self.ended |= {one.task for one in out if isinstance(one, Verdict)}
        if isinstance(event, Tick):
            self.check_no_room_is_unused()
        self.check_nobody_is_lost()

    def play(self, some: list[Step]) -> None:
        for step in some:
            match step:
                case ("tasks", project, count, skills, usd, within_s):
                    for _ in range(count):
                        name = f"t{len(self.tasks)}"
                        self.tasks.append(name)
                        deadline_at = None if within_s is None else self.now + within_s
                        made = task(
                            name, project, skills=skills, value_usd=usd, deadline_at=deadline_at
                        )
                        self.feed(made)
                case ("pass", seconds):
                    self.now += seconds
                    self.feed(Tick(at=self.now))
                case ("pool", name, per_hour, skills):
                    self.feed(described(name, per_hour, skills))
                case ("pause", project, paused):
                    self.feed(Control(at=self.now, project=project, paused=paused))
                case ("decline", number) if self.asks:
                    ask = self.asks[-1 - number % len(self.asks)]
                    self.feed(Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=self.now))

    def end(self) -> None:
        """Let all go on: every pause is lifted, and every pool takes as many as there are."""
        for project in "pqr":
            self.feed(Control(at=self.now, project=project))
        for name in POOLS:
            self.feed(described(name, None, ("es",)))
        for _ in range(3):
            self.now += 1.0
            self.feed(Tick(at=self.now))

    def check_no_room_is_unused(self) -> None:
        desk = self.engine._desks.of(0)
        turn = Turn(self.engine._capacity, desk, None, self.now)
        for need in itertools.chain(*map(desk.queues.needs, desk.queues.projects())):
            if any(state.waits_for for state in self.open() if state.task.project == need.project):
                assert desk.queues.first(need, desk.peek) is None or not (
                    self.engine._eligibility.able(need)
                    and self.engine._eligibility.may_go_on(need, self.now, turn)
                )

    def check_nobody_is_lost(self) -> None:
        """Every open task is asked about, waits in a queue, or is halted."""
        desk = self.engine._desks.of(0)
        for state in self.open():
            since = desk.queues.waits_since(state.task.project, desk.peek)
            is_queued = bool(state.waits_for) and since is not None
            assert [state.waits(), is_queued, bool(state.halted)].count(True) == 1

    def open(self) -> list[Any]:
        desk = self.engine._desks.of(0)
        states = [desk.task(name) for name in self.tasks]
        return [state for state in states if state is not None and state.verdict is None]


def described(name: str, per_hour: float | None, skills: tuple[str, ...] = ()) -> Pool:
    return Pool(
        pool=name,
        at=0.0,
        usd_per_label=0.05,
        capacity_per_hour=per_hour,
        ask_timeout_s=1e9,
        skills=skills,
    )


@settings(max_examples=50, deadline=None)
@given(steps)
def test_no_task_is_lost_or_asked_about_twice_and_no_room_is_unused(some: list[Step]) -> None:
    script = Script()
    script.play(some)
    script.end()
    assert {ask.task for ask in script.asks} | script.ended == set(script.tasks)
    numbers = [(ask.task, ask.ask) for ask in script.asks]
    assert len(numbers) == len(set(numbers))
    waiting = script.engine._desks.of(0).state.waiting
    assert set(waiting.values()) <= {0}


@settings(max_examples=15, deadline=None)
@given(steps)
def test_a_desk_that_is_restored_serves_its_queues_as_one_that_never_stopped(
    some: list[Step],
) -> None:
    script = Script()
    script.play(some)
    script.end()
    restarting = Restarting(SETTINGS)
    for event, said in script.fed:
        assert in_bytes(restarting.receive(event)) == said
        restarting.restart(reload=False)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=4),
    st.sampled_from((60.0, 3600.0, 7200.0)),
    st.lists(st.sampled_from((0.5, 1.0, 7.0, 60.0)), min_size=15, max_size=40),
)
def test_projects_that_always_wait_are_asked_about_equally_often(
    worths: list[int], per_hour: float, gaps: list[float]
) -> None:
    """Whatever their tasks are worth, and though the ring also serves others between them."""
    made = Engine(SETTINGS, BRAIN)
    made.receive(Tick(at=0.0))
    for number, worth in enumerate(worths):
        for i in range(100):
            made.receive(task(f"{number}-{i}", f"p{number}", value_usd=float(worth)))
    made.receive(described("a", per_hour))
    served: Counter[str] = Counter()
    now = 0.0
    for gap in gaps:
        now += gap
        made.receive(task(f"other-{now}", "other"))
        for name in asked(made.receive(Tick(at=now))):
            served[name.split("-")[0]] += 1
            counts = [served[str(number)] for number in range(len(worths))]
            if max(counts) < 100:
                assert max(counts) - min(counts) <= 1


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from((2, 3, 12)),
    st.sampled_from((4.0, 600.0, 1800.0)),
    st.lists(st.sampled_from((1.0, 1.0, 5.0, 40.0)), min_size=15, max_size=40),
)
def test_desks_of_one_worker_share_its_room_and_leave_none_unused(
    partitions: int, per_hour: float, gaps: list[float]
) -> None:
    """Ticks come to them in turn, always in the same order."""
    made, most = Engine(SETTINGS, BRAIN, partitions), int(per_hour / 12.0) + 40
    for partition in range(partitions):
        made.receive(Tick(at=0.0), partition)
    made.receive(described("a", per_hour))
    for number in range(most * partitions):
        made.receive(task(f"t{number}"), number % partitions)
    served: Counter[int] = Counter()
    now, most_apart = 0.0, 1.0
    for gap in gaps:
        now += gap
        for partition in range(partitions):
            served[partition] += len(asked(made.receive(Tick(at=now), partition)))
        if max(served.values()) >= 40:
            break
        counts = [served[partition] for partition in range(partitions)]
        quantum = max(1.0, gap * per_hour / 3600.0)
        most_apart = max(most_apart, quantum)
        assert max(counts) - min(counts) <= 2.0 * most_apart + 1.0


def test_a_desk_that_has_no_use_for_a_pool_any_more_does_not_keep_it_from_the_others() -> None:
    """Its tasks waited for the pool before it lost their skill, and now wait for another alone."""
    made = Engine(SETTINGS, BRAIN, 2)
    for partition in range(2):
        made.receive(Tick(at=0.0), partition)
    made.receive(described("a", 60.0, ("es",)))
    made.receive(described("slow", 1e-6, ("es",)))
    for number in range(20):
        made.receive(task(f"t{number}", skills=("es",)), 0)
        made.receive(task(f"u{number}"), 1)
    made.receive(described("a", 60.0))
    served: Counter[str] = Counter()
    for at in range(1, 601):
        for partition in range(2):
            served.update(name[0] for name in asked(made.receive(Tick(at=float(at)), partition)))
    assert served["u"] >= 9  # a minute each
    assert served["t"] == 0
