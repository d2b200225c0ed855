"""A worker on the embedded log that is killed again and again loses and repeats nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.draw import draw
from streams.config import parse_config
from streams.embedded import EmbeddedLog
from streams.failpoints import FAILPOINTS
from tests.faults.audit import Written, audit, model_is_the_fold
from tests.faults.labelers import USD, Labelers
from tests.faults.processes import NEVER, Forks, alive, end

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20261124
TASKS = 2000
PARTITIONS = 2
KILLS_AT_POINTS = 40
KILLS_BY_CLOCK = 10
CORE = "seed = 5\n[policy]\nexplore_floor = 0.1\n"
WORKER = "[worker]\nbatch_records = 20\nsnapshot_every = 60\npoll_s = 0.02\n"
RARE = ("snapshot", "restore")  # reached once or twice in a life: killed there the first time
LIFE_S = 20.0
BACKLOG = 80
"""Unread records kept before the worker, so that a kill always finds work left."""


def points() -> list[str]:
    """Return 40 points with the time at which each kills: every one once, the rest by seed.

    In front of each of the first commits, too: what belongs in one transaction but stood in two
    would be torn there.
    """
    names = [name for name in FAILPOINTS if "tick" not in name]  # this worker writes no ticks
    drawn = [f"sql COMMIT {times}" for times in range(1, 9)]
    names += ["sql INSERT"] * 4
    for i in range(KILLS_AT_POINTS - len(drawn)):
        name = names[i] if i < len(names) else names[int(draw(SEED, "point", i) * len(names))]
        most = 1 if name.endswith(RARE) else 60 if name == "sql INSERT" else 8
        drawn.append(f"{name} {1 + int(draw(SEED, 'times', i) * most)}")
    return sorted(drawn, key=lambda point: draw(SEED, point, len(point), "order"))


class Watched:
    """The log as the test sees it, and the labelers at work on it."""

    def __init__(self, log: EmbeddedLog) -> None:
        self.log = log
        self.labelers = Labelers(log, SEED, TASKS)

    def unread(self) -> int:
        """How many records the group has not committed yet."""
        ends = sum(
            self.log.end(topic, part) for topic in ("tasks", "labels") for part in range(PARTITIONS)
        )
        done = self.log.connection.execute(
            "SELECT coalesce(sum(position), 0) FROM positions WHERE topic IN ('tasks', 'labels')"
        ).fetchone()[0]
        return int(ends - done)

    def keep_busy(self) -> None:
        """Let time pass if the worker is about to run dry."""
        if self.unread() < BACKLOG:
            self.labelers.advance(tasks=8)


def live(forks: Forks, watched: Watched, point: str, until_s: float) -> bool:
    """Let a worker live until it dies at `point` or `until_s` is over; whether work was left."""
    process = forks.start(point)
    over = time.monotonic() + until_s
    while alive(process):
        watched.keep_busy()
        if time.monotonic() > over:
            end(process)
        time.sleep(0.002)
    assert forks.status() == -signal.SIGKILL
    return watched.unread() > 0


def run_out(forks: Forks, watched: Watched) -> None:
    """Let a last worker finish everything and stop as it is told to."""
    process = forks.start()
    labelers = watched.labelers
    quiet = 0
    while quiet < 40:  # 20 minutes without an answer on its way: every ask has ended
        if not alive(process):
            pytest.fail(f"the last worker ended by itself: {forks.status()}")
        if watched.unread() < BACKLOG:
            labelers.advance(tasks=40)
            quiet = quiet + 1 if labelers.fed == TASKS and not labelers.waiting() else 0
        time.sleep(0.002)
    while watched.unread():
        time.sleep(0.01)
    assert forks.stop() == 0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run the whole story once: fifty kills, then the rest in peace."""
    path = tmp_path_factory.mktemp("crash") / "log.db"
    config = f'{CORE}[log]\naddress = "sqlite:{path}"\n{WORKER}'
    with closing(EmbeddedLog(path, PARTITIONS, create=True, synchronous="NORMAL")) as log:
        watched = Watched(log)
        with closing(Forks(config)) as forks:
            for point in points():
                started = time.monotonic()
                assert live(forks, watched, point, LIFE_S), f"no work was left at {point}"
                assert time.monotonic() - started < LIFE_S, f"{point} was not reached"
            for i in range(KILLS_BY_CLOCK):
                assert live(forks, watched, NEVER, 0.05 + 0.4 * draw(SEED, "clock", i))
            assert watched.labelers.fed < TASKS, "the kills must fall while tasks still come"
            run_out(forks, watched)
        yield watched


@pytest.fixture(scope="module")
def written(watched: Watched) -> Written:
    """All that was written, audited."""
    return audit(watched.log, {f"t{i}" for i in range(TASKS)}, USD)


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


def test_nothing_was_lost_or_doubled(written: Written) -> None:
    copies = Counter(value for value in written.labels if b'"type":"Label"' in value)
    assert max(copies.values()) == 2  # labels came twice, and counted once
    assert max(reward.revision for reward in written.rewards) > 0


def test_every_record_that_breaks_a_rule_has_one_dead_letter(written: Written) -> None:
    bad = sorted(value for value in written.labels if b"Lable" in value)
    letters = [letter for letter in written.letters if letter.rule == "unknown_type"]
    assert sorted(letter.original or b"" for letter in letters) == bad


def test_the_story_had_late_labels_declines_and_gold_in_it(written: Written) -> None:
    bases = Counter((reward.basis, reward.revision > 0) for reward in written.rewards)
    assert bases["expired", False] > 100
    assert bases["gold", True] > 20
    late = [r for r in written.rewards if r.revision > 0 and r.basis in {"consensus", "none"}]
    assert len(late) > 20


def test_the_model_is_the_rewards_of_the_log_folded_in_order(watched: Watched) -> None:
    model_is_the_fold(watched.log, parse_config(CORE).core)


def test_the_file_is_whole(watched: Watched) -> None:
    with sqlite3.connect(watched.log.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
