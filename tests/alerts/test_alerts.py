"""Each alert of docs/deploy fires in what it is for, and none while all is well.

What is wrong is caused: here on the embedded log, in `test_kafka_alerts.py` on a broker. How long
it lasts is the tape's.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.events import Ask, Control, Pool, Tick
from streams.log.log import NewRecord
from tests.alerts import test_kafka_alerts
from tests.alerts.rules import firing, rules
from tests.alerts.scenes import Scene, scene
from tests.streams.learner.test_learner import damage
from tests.streams.scenes import POOLS, FlakyLog, events, kept, label, task, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BACKLOG = 11_000
"""Records, of which 10,000 may wait."""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Scene]:
    """A scene of the test's own."""
    with scene(tmp_path) as at:
        yield at


def next_task(at: Scene, i: int) -> None:
    """Feed a task, and answer what was last asked about the two before, which is all they need."""
    write(at.log, task(f"t{i}"))
    last = {ask.task: ask for ask in events(at.log, "asks", Ask)}
    asked = [last[name] for name in (f"t{i - 1}", f"t{i - 2}") if name in last]
    write(at.log, *(label(ask, at=2.0 + i) for ask in asked))


# What causes each ------------------------------------------------------------------------------


def a_process_has_ended(at: Scene) -> None:
    with at.worker():
        at.passes(1)
    at.passes(3)


def only_a_learner_is_left(at: Scene) -> None:
    with at.learner() as learner:
        at.passes(3, learner)


def a_turn_takes_minutes(at: Scene) -> None:
    with at.worker() as worker:
        worker.step()
        at.passes(3)


def too_many_records_wait(at: Scene) -> None:
    write(at.log, *(task(f"t{i}") for i in range(BACKLOG)))
    with at.worker(batch_records=1) as worker:
        at.passes(11, worker)


def more_comes_than_is_worked_on(at: Scene) -> None:
    write(at.log, *(task(f"t{i}") for i in range(BACKLOG)))
    with at.worker(batch_records=1) as worker:
        for minute in range(12):
            write(at.log, *(task(f"t{minute}-{i}") for i in range(100)))
            at.passes(1, worker)


def as_many_tasks_are_open_as_may_be(at: Scene) -> None:
    write(at.log, *(task(f"t{i}") for i in range(5)))
    with at.worker(max_open=2, batch_records=1) as worker:
        at.passes(16, worker)


def a_paused_project_has_as_many_tasks_as_may_be_halted(at: Scene) -> None:
    write(at.log, Control(at=1.0, project="p", paused=True), *(task(f"t{i}") for i in range(5)))
    with at.worker(max_halted=2, batch_records=1) as worker:
        at.passes(16, worker)


def a_desk_is_ahead_of_its_workers_clock(at: Scene) -> None:
    """It believed another one, and tasks go on; only the time doesn't."""
    start_s = time.time() - at.tape.now()
    with closing(worker(at.log)) as before:
        write(at.log, *(Tick(at=start_s + 1e6) for _ in range(5)))
        before.run(until_idle=True)
    with at.worker(clock=lambda: start_s + at.tape.now()) as now:
        at.passes(16, now)


def all_pools_are_closed(at: Scene) -> None:
    write(at.log, *(Pool(pool=pool.pool, at=1.0, usd_per_label=0.1, open=False) for pool in POOLS))
    write(at.log, task("t1"))
    with at.worker() as worker:
        at.passes(16, worker)


def the_learner_is_gone(at: Scene) -> None:
    start_s = time.time() - at.tape.now()
    with at.worker(follow=True, clock=lambda: start_s + at.tape.now()) as worker:
        at.passes(12, worker)


def nobody_learns(at: Scene) -> None:
    with at.worker(follow=True) as worker:
        for minute in range(35):
            next_task(at, minute)
            at.passes(1, worker)


def a_record_breaks_a_rule(at: Scene) -> None:
    """The first of its kind, after a quiet time."""
    with at.worker() as worker:
        at.passes(20, worker)
        at.log.write([NewRecord("labels", None, b"{", 0)])
        at.passes(1, worker)


def a_record_broke_a_rule_before_the_first_scrape(at: Scene) -> None:
    at.log.write([NewRecord("labels", None, b"{", 0)])
    with at.worker() as worker:
        at.passes(1, worker)


def commits_fail(at: Scene) -> None:
    flaky = FlakyLog(at.log)
    with at.worker(flaky) as worker:
        at.passes(1, worker)
        flaky.fail = dict.fromkeys(range(flaky.commits, flaky.commits + 6), "before")
        write(at.log, task("t1"))
        at.passes(2, worker)


def the_disk_is_slow(at: Scene) -> None:
    """Somebody else writes to it for two seconds, whenever a batch is committed."""
    with at.worker() as worker, closing(_another(at)) as other:
        at.passes(1, worker)
        for i in range(3):
            write(at.log, task(f"t{i}"))
            other.execute("BEGIN IMMEDIATE")
            end = threading.Timer(2.2, other.rollback)
            end.start()
            worker.step()
            end.join()
            at.passes(5, worker)


def _another(at: Scene) -> sqlite3.Connection:
    return sqlite3.connect(at.log.path, isolation_level=None, check_same_thread=False)


def snapshots_can_not_be_written(at: Scene) -> None:
    flaky = FlakyLog(at.log)
    with at.worker(flaky, snapshot_every=1, snapshot_min_s=0.0) as worker:
        at.passes(1, worker)
        flaky.fail_writes = True
        for i in range(8):
            next_task(at, i)
            at.passes(1, worker)


def a_snapshot_was_damaged(at: Scene) -> None:
    """As it is found at a start, before the first scrape."""
    before = worker(at.log, snapshot_every=1)
    story(at.log, before.step)
    before.close()
    newest = next(kept(at.log).newest_first()).manifest
    damage(at.log, b"slot/%d/chunk/0" % (newest.id % 4))
    with at.worker() as now:
        at.passes(1, now)


CAUSES: list[tuple[str, Callable[[Scene], None]]] = [
    ("PoolwiseDown", a_process_has_ended),
    ("PoolwiseNobodyWorks", only_a_learner_is_left),
    ("PoolwiseStuck", a_turn_takes_minutes),
    ("PoolwiseNotReady", too_many_records_wait),
    ("PoolwiseLagGrows", more_comes_than_is_worked_on),
    ("PoolwisePaused", as_many_tasks_are_open_as_may_be),
    ("PoolwisePaused", a_paused_project_has_as_many_tasks_as_may_be_halted),
    ("PoolwiseTicksRefused", a_desk_is_ahead_of_its_workers_clock),
    ("PoolwiseNothingAsked", all_pools_are_closed),
    ("PoolwiseModelOld", the_learner_is_gone),
    ("PoolwiseNotLearning", nobody_learns),
    ("PoolwiseDeadLetters", a_record_breaks_a_rule),
    ("PoolwiseDeadLetters", a_record_broke_a_rule_before_the_first_scrape),
    ("PoolwiseCommitsUnknown", commits_fail),
    ("PoolwiseCommitsSlow", the_disk_is_slow),
    ("PoolwiseSnapshots", snapshots_can_not_be_written),
    ("PoolwiseSnapshots", a_snapshot_was_damaged),
]


# The tests -------------------------------------------------------------------------------------


def test_every_alert_has_a_cause() -> None:
    """Whoever adds a rule shows that it fires."""
    assert {name for name, _ in CAUSES} | test_kafka_alerts.CAUSED == set(rules())


@pytest.mark.parametrize(
    ("name", "cause"), CAUSES, ids=[f"{name}-{cause.__name__}" for name, cause in CAUSES]
)
def test_it_fires(
    name: str, cause: Callable[[Scene], None], at: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its summary names labels that it has."""
    monkeypatch.setattr("streams.process.recovery.FIRST_WAIT_S", 0.0)
    cause(at)
    rule = rules()[name]
    fired = rule.fires(at.tape)
    assert fired
    assert all(rule.quoted() <= {label for label, _ in labels} for labels in fired)


@pytest.mark.parametrize(
    ("limit", "cause"),
    [
        ("max_open", as_many_tasks_are_open_as_may_be),
        ("max_halted", a_paused_project_has_as_many_tasks_as_may_be_halted),
    ],
)
def test_a_limit_of_open_tasks_that_is_reached_is_named(
    limit: str, cause: Callable[[Scene], None], at: Scene
) -> None:
    cause(at)
    (labels,) = rules()["PoolwisePaused"].fires(at.tape)
    assert dict(labels)["limit"] == limit


def test_nothing_fires_while_all_is_well(at: Scene) -> None:
    """A worker that follows and a learner, busy for more than an hour."""
    with at.learner() as learner, at.worker(follow=True) as worker:
        for i in range(70):
            next_task(at, i)
            at.passes(1, worker, learner)
        assert learner.figures()["learned"] > 50
    assert firing(at.tape) == set()
