"""Faults 5 and 6: a broker that stops for a while, or dies and comes back on the same data."""

from __future__ import annotations

import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from tests.broker.proxy import (
    ADD_PARTITIONS_TO_TXN,
    END_TXN,
    PRODUCE,
    TXN_OFFSET_COMMIT,
    Proxy,
    at_the_end_of_a_commit,
)
from tests.faults.hired import Hired, goes_on
from tests.faults.length import LONG
from tests.faults.story import SEED, Story, wait_until

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

QUICK = "session_timeout_s = 4.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 1.5\n"
QUICK += "request_timeout_s = 2.0\n"


@pytest.fixture
def mortal(start_broker: Callable[..., Broker]) -> Broker:
    """A broker of this test's own."""
    return start_broker()


@pytest.fixture
def between(mortal: Broker) -> Iterator[Proxy]:
    """A proxy before it, that tells when a commit is on its way."""
    with Proxy(mortal.behind_port, mortal.proxied_port) as proxy:
        yield proxy


@pytest.fixture
def story(mortal: Broker, between: Proxy) -> Iterator[Story]:
    """Labelers whose workers come through the proxy."""
    with closing(Story(mortal.address, 1000 if LONG else 120, through=between.address)) as story:
        yield story


def comes_to(story: Story, worker: Hired, fault: Callable[[], threading.Event]) -> None:
    """Let a fault come; the labelers rest, they would feel it too."""
    goes_on(story, worker)
    for _ in range(4):
        story.labelers.advance(tasks=8)
    happened = fault()
    wait_until(lambda: worker.well() and happened.is_set(), what="the fault")


def test_a_broker_that_stops_in_the_middle_of_commits_is_waited_for(
    story: Story, mortal: Broker, between: Proxy
) -> None:
    """The longer stop outlasts the commit, the requests, the session and the transaction."""
    with Hired(story.config(log=QUICK)) as worker:
        for hook, stop_s in ((between.on_request, 3.0), (between.on_reply, 30.0 if LONG else 7.0)):
            unknown = worker.unknown()
            try:
                comes_to(
                    story, worker, partial(at_the_end_of_a_commit, between, hook, mortal.pause)
                )
                time.sleep(stop_s)
            finally:
                mortal.resume()
            goes_on(story, worker)
            assert worker.unknown() > unknown or hook == between.on_reply
        story.run_out(worker.well)
        worker.stop()
    story.audit()


def test_a_broker_killed_while_the_worker_works_is_waited_for(
    story: Story, mortal: Broker, between: Proxy
) -> None:
    """At each step of a commit and at moments drawn."""
    steps = [
        (between.on_request, END_TXN),
        (between.on_reply, END_TXN),
        (between.on_reply, PRODUCE),
        (between.on_reply, TXN_OFFSET_COMMIT),
        (between.on_reply, ADD_PARTITIONS_TO_TXN),
    ]
    with Hired(story.config(log=QUICK)) as worker:
        for hook, api_key in steps if LONG else steps[:2]:
            comes_to(story, worker, partial(hook, api_key, mortal.kill))
            mortal.start()
        for i in range(10 if LONG else 1):
            goes_on(story, worker)
            time.sleep(draw(SEED, "broker", i))
            mortal.kill()
            mortal.start()
        goes_on(story, worker)
        story.run_out(worker.well)
        worker.stop()
    story.audit()
