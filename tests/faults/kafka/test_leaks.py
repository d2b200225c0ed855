"""Recoveries leave nothing behind: no threads, no sockets, no readers that nobody reads."""

from __future__ import annotations

import gc
import logging
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.broker.proxy import at_the_end_of_a_commit
from tests.faults.hired import Hired
from tests.faults.length import LONG
from tests.faults.story import Story, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.worker.worker import Worker
    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

OPEN_FILES = Path("/proc/self/fd")
WARM = 3
RECOVERIES = 50 if LONG else 6
QUICK = "session_timeout_s = 6.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 1.0\n"
QUICK += "request_timeout_s = 1.0\n"


@pytest.fixture(autouse=True)
def _unheard() -> Iterator[None]:
    """Log nothing: pytest keeps what is logged, errors with their frames and those with sockets."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Held(NamedTuple):
    """What a process holds."""

    threads: int
    files: int


def held_now() -> Held:
    """Count what this process holds, and what is only waiting to be collected doesn't count."""
    gc.collect()
    return Held(threading.active_count(), sum(1 for _ in OPEN_FILES.iterdir()))


def settled() -> Held:
    """Return the least that is held within some seconds: clients end a moment after they close."""
    least = held_now()
    for _ in range(15):
        time.sleep(0.2)
        now = held_now()
        least = Held(min(least.threads, now.threads), min(least.files, now.files))
    return least


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files can be counted on Linux only")
def test_recoveries_leave_no_threads_and_no_sockets_behind(broker: Broker) -> None:
    story = Story(broker.address, 100)
    budget, good = [0], [0]
    seen: list[int] = []

    def step(worker: Worker, name: str) -> None:
        """Refuse a commit: its generation is none that ever was."""
        if name == "before commit" and budget[0] and worker.handled > good[0]:
            budget[0] -= 1
            good[0] = worker.handled  # one has to succeed before the next: those in a row wait
            shared: Any = worker._member
            shared._member = shared._member._replace(generation_id=10_000)

    def after(times: int) -> Held:
        before = worker.figure("commits_unknown")
        budget[0] = times
        wait_until(recovered(before + times), timeout_s=240, what="the recoveries")
        seen.append(worker.figure("commits_unknown"))
        return settled()

    def recovered(unknown: int) -> Any:
        def looked() -> bool:
            assert worker.well()
            story.keep_busy()
            return worker.figure("commits_unknown") >= unknown and not budget[0]

        return looked

    with closing(story), Hired(story.config(), failpoint=step) as worker:
        warm = after(WARM)
        end = after(RECOVERIES)
        story.run_out(worker.well)
        readers = len(worker.log._followers)
        worker.stop()
        story.audit()
    assert WARM + RECOVERIES <= seen[-1] <= WARM + RECOVERIES + 2  # a slow broker may add one
    assert end.threads <= warm.threads + 1
    assert end.files <= warm.files + 4
    assert readers < 10


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="open files can be counted on Linux only")
def test_a_broker_that_is_away_costs_no_threads_and_no_sockets(
    broker: Broker, proxy: Proxy
) -> None:
    """Each try to reach it makes clients anew."""
    story = Story(broker.address, 100, through=proxy.address)
    with closing(story), Hired(story.config(log=QUICK)) as worker:

        def works() -> bool:
            assert worker.well()
            story.keep_busy()
            return worker.figure("handled") > 0

        wait_until(works, what="work")
        refused = at_the_end_of_a_commit(proxy, proxy.on_request, proxy.refuse)
        wait_until(lambda: works() and refused.is_set(), what="a commit")
        tried = worker.figure("commits_unknown") + 2
        wait_until(lambda: worker.figure("commits_unknown") >= tried, what="tries")
        early = settled()
        tried += 10 if LONG else 4
        wait_until(
            lambda: worker.well() and worker.figure("commits_unknown") >= tried,
            timeout_s=90,
            what="more tries",
        )
        late = settled()
        proxy.open()
        story.run_out(worker.well)
        worker.stop()
        story.audit()
    assert late.threads <= early.threads + 1
    assert late.files <= early.files + 4
