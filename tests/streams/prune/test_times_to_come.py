"""`poolwise prune` and events whose time is still to come, by a wrong clock or a simulated one."""

from __future__ import annotations

import json
import time
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.events import Tick
from streams.cli.prune import prune
from tests.streams.prune.pruned_story import DAY_S, begin, work
from tests.streams.scenes import task, worker, write
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def tasks_deleted(path: Path) -> int:
    """Prune what is older than 20 January 1970."""
    report = json.loads(run(prune, path, "--before", "1970-01-21", "--json").output)
    return int(report["deleted"]["tasks"])


def test_a_record_of_the_future_keeps_nothing_once_an_old_one_follows_it(path: Path) -> None:
    """A clock that was years ahead, once, would else keep all that follows until then."""
    ahead = time.time() + 3650 * DAY_S
    with closing(begin(path)) as log:
        write(log, task("ahead", at=ahead))
        work(log, 5)
    assert tasks_deleted(path) == 20  # all but the last record of the topic


def test_records_of_the_future_that_no_old_one_follows_are_kept(path: Path) -> None:
    ahead = time.time() + 3650 * DAY_S
    with closing(begin(path)) as log:
        write(log, *(task(f"ahead{i}", at=ahead) for i in range(3)))
        with closing(worker(log)) as working:
            working.run(until_idle=True)
    assert tasks_deleted(path) == 16


def test_a_log_of_simulated_time_is_as_old_as_its_ticks(path: Path) -> None:
    """Its time may be ahead of this machine's clock; what is young by it is kept."""
    ahead = time.time() + 3650 * DAY_S
    with closing(begin(path)) as log:
        write(log, *(Tick(at=ahead + i) for i in range(6)))
        with closing(worker(log)) as working:
            working.run(until_idle=True)
        write(log, task("young", at=ahead), task("old", at=DAY_S), task("last", at=DAY_S))
        with closing(worker(log)) as working:
            working.run(until_idle=True)
    assert tasks_deleted(path) == 16
