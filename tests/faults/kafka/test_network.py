"""Faults 2, 3 and 4: commits whose outcome the worker can't know, or that can't be made."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from streams.process.timings import RESTORE_S
from streams.worker.commits import Commits
from tests.broker.proxy import (
    ADD_OFFSETS_TO_TXN,
    ADD_PARTITIONS_TO_TXN,
    END_TXN,
    FETCH,
    FIND_COORDINATOR,
    HEARTBEAT,
    INIT_PRODUCER_ID,
    METADATA,
    OFFSET_FETCH,
    PRODUCE,
    TXN_OFFSET_COMMIT,
    at_the_end_of_a_commit,
)
from tests.faults.crew import Crew
from tests.faults.hired import Hired, busy_until, goes_on
from tests.faults.length import LONG
from tests.faults.processes import alive
from tests.faults.story import SEED, Story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

QUICK = "session_timeout_s = 4.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 1.5\n"
QUICK += "request_timeout_s = 2.0\n"
COMMITTING = (ADD_PARTITIONS_TO_TXN, PRODUCE, ADD_OFFSETS_TO_TXN, TXN_OFFSET_COMMIT, END_TXN)
READING = (FETCH, METADATA, OFFSET_FETCH, FIND_COORDINATOR, HEARTBEAT)


@pytest.fixture
def story(broker: Broker, proxy: Proxy) -> Iterator[Story]:
    """Labelers whose workers come through the proxy."""
    with closing(Story(broker.address, 2000 if LONG else 120, through=proxy.address)) as story:
        yield story


def told(worker: Hired, unknown: int) -> bool:
    """Whether it had so many commits of unknown outcome."""
    return worker.unknown() >= unknown


def test_a_worker_killed_right_after_its_commits_repeats_none_of_them(broker: Broker) -> None:
    kills = 100 if LONG else 7
    story = Story(broker.address, kills * 60)
    with closing(story), Crew(story.toml()) as crew:
        for i in range(kills):
            point = f"after commit {1 + int(draw(SEED, 'commits', i) * 4)}"
            process = crew.start("work", "w1", point)
            busy_until(story, [], partial(crew.gone, process), "a commit")
            assert crew.status(process) == -signal.SIGKILL
        assert story.labelers.fed < story.tasks, "the kills must fall while tasks still come"
        process = crew.start("work", "w1")
        story.run_out(lambda: alive(process))
        assert crew.stop(process) == 0
        story.audit()


def test_connections_cut_around_every_request_of_a_commit_double_nothing(
    story: Story, proxy: Proxy
) -> None:
    with Hired(story.config(log=QUICK)) as worker:
        goes_on(story, worker)
        for _ in range(5 if LONG else 1):
            for api_key in COMMITTING:
                for hook in (proxy.on_request, proxy.on_reply):
                    done = hook(api_key, proxy.cut)
                    busy_until(story, [worker], done.is_set, f"request {api_key}")
                    goes_on(story, worker)
        story.run_out(worker.well)
        worker.stop()
    story.audit()


def test_a_commit_that_was_applied_but_never_answered_is_not_done_again(
    story: Story, proxy: Proxy
) -> None:
    some = (TXN_OFFSET_COMMIT, END_TXN, OFFSET_FETCH)
    swallowed = (*COMMITTING, INIT_PRODUCER_ID, OFFSET_FETCH) if LONG else some
    with Hired(story.config(log=QUICK)) as worker:
        goes_on(story, worker)
        for _ in range(5 if LONG else 1):
            for api_key in swallowed:
                more = worker.unknown() + 1
                lost = END_TXN if api_key in (INIT_PRODUCER_ID, OFFSET_FETCH) else api_key
                proxy.swallow_replies({lost, api_key})
                busy_until(story, [worker], partial(told, worker, more), f"reply {api_key}")
                proxy.heal()
                goes_on(story, worker)
        story.run_out(worker.well)
        worker.stop()
        assert worker.unknown() >= len(swallowed)
    story.audit()


def test_a_broker_that_refuses_connections_during_a_commit_is_waited_for(
    story: Story, proxy: Proxy
) -> None:
    """For longer than a commit may take, and then for longer than the session lasts."""
    with Hired(story.config(log=QUICK)) as worker:
        for hook, away_s in ((proxy.on_request, 2.0), (proxy.on_reply, 7.0)):
            goes_on(story, worker)
            unknown = worker.unknown()
            refused = at_the_end_of_a_commit(proxy, hook, proxy.refuse)
            busy_until(story, [worker], refused.is_set, "a commit")
            time.sleep(away_s)
            assert worker.well()
            proxy.open()
            goes_on(story, worker)
            assert worker.unknown() > unknown
        story.run_out(worker.well)
        worker.stop()
    story.audit()


def make_it_recover(story: Story, worker: Hired, proxy: Proxy) -> None:
    """Lose the replies to commits until the worker has given one up."""
    before = worker.unknown()
    proxy.swallow_replies({END_TXN})
    busy_until(story, [worker], lambda: worker.unknown() > before, "a commit that is given up")
    proxy.swallow_replies(())


def test_a_broker_that_refuses_connections_while_a_desk_is_read_is_waited_for(
    story: Story, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a recovery itself asks for may fail, at any point of it, and it begins again."""
    monkeypatch.setattr(Commits, "settle", lambda *_: False)  # left in doubt: desks are restored
    times = 5 if LONG else 1
    armed: list[Callable[[], object]] = []

    def step(_: object, name: str) -> None:
        if name == "before restore" and armed:
            armed.pop()()

    with Hired(story.config(log=QUICK), failpoint=step) as worker:
        for _ in range(times):
            goes_on(story, worker)
            armed.append(proxy.refuse)
            make_it_recover(story, worker, proxy)
            busy_until(story, [worker], lambda: not armed, "a restore")
            time.sleep(3.0)
            assert worker.well()
            proxy.open()
        goes_on(story, worker)
        story.run_out(worker.well)
        worker.stop()
        assert worker.unknown() >= 2 * times
    story.audit()


def test_a_commit_whose_answer_is_lost_restores_no_desk(story: Story, proxy: Proxy) -> None:
    """Whether it happened or not: the group's generation is the same, and its positions tell."""
    restored: list[float] = []

    def observed(name: str, value: float) -> None:
        if name == RESTORE_S:
            restored.append(value)

    with Hired(story.config(log=QUICK), observe=observed) as worker:
        for hook in (proxy.on_request, proxy.on_reply) * (5 if LONG else 1):
            goes_on(story, worker)
            before = worker.unknown()
            cut = at_the_end_of_a_commit(proxy, hook, proxy.refuse)
            busy_until(story, [worker], cut.is_set, "a commit")
            busy_until(story, [worker], partial(told, worker, before + 1), "a lost answer")
            proxy.open()
            goes_on(story, worker)
        assert len(restored) == 2, "the two desks at the start, and no more"
        story.run_out(worker.well)
        worker.stop()
    story.audit()


def test_connections_cut_around_every_request_of_reading_double_nothing(
    story: Story, proxy: Proxy
) -> None:
    with Hired(story.config(log=QUICK)) as worker:
        goes_on(story, worker)
        for _ in range(5 if LONG else 1):
            for api_key in READING:
                for hook in (proxy.on_request, proxy.on_reply) if LONG else (proxy.on_reply,):
                    done = hook(api_key, proxy.cut)
                    if api_key in (OFFSET_FETCH, FIND_COORDINATOR):  # a recovery asks for them
                        make_it_recover(story, worker, proxy)
                    busy_until(story, [worker], done.is_set, f"request {api_key}")
                    goes_on(story, worker)
        story.run_out(worker.well)
        worker.stop()
    story.audit()
