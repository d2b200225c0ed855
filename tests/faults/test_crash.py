"""A worker that is killed again and again loses nothing, repeats nothing, and learns the same."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.brain import Brain
from bandit.draw import draw
from bandit.events import STOP, Ask, DeadLetter, Decision, Label, Reward, Verdict
from streams.embedded import EmbeddedLog
from streams.failpoints import FAILPOINTS
from streams.snapshots import Snapshots
from tests.faults.crashing_worker import config
from tests.faults.labelers import USD, Labelers
from tests.streams.knowledge import knowledge

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SEED = 20261124
TASKS = 2000
PARTITIONS = 2
KILLS_AT_POINTS = 40
KILLS_BY_CLOCK = 10
CORE = "seed = 5\n[policy]\nexplore_floor = 0.1\n"
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


class Forks:
    """The process that forks workers."""

    def __init__(self, path: Path) -> None:
        script = ROOT / "tests" / "faults" / "crashing_worker.py"
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(path), CORE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
        )

    def start(self, point: str) -> int:
        """Start a worker that dies at `point`; its process number."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{point}\n")
        self.process.stdin.flush()
        return int(self._line())

    def status(self) -> int:
        """Return the exit status of the worker, once it has ended."""
        return int(self._line().split()[1])

    def close(self) -> None:
        """End the process."""
        self.process.communicate(timeout=30)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


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

    def values(self, topic: str) -> Iterator[bytes]:
        """Yield the values of a topic, partition after partition."""
        for part in range(self.log.partitions(topic)):
            reader = self.log.follow(topic, part)
            while records := reader.poll(1000, 0.0):
                yield from (record.value or b"" for record in records)


def alive(process: int) -> bool:
    """Whether a worker runs still."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def live(forks: Forks, watched: Watched, point: str, until_s: float) -> bool:
    """Let a worker live until it dies at `point` or `until_s` is over; whether work was left."""
    process = forks.start(point)
    over = time.monotonic() + until_s
    while alive(process):
        watched.keep_busy()
        if time.monotonic() > over:
            with suppress(ProcessLookupError):  # it may have died just now
                os.kill(process, signal.SIGKILL)
        time.sleep(0.002)
    assert forks.status() == -signal.SIGKILL
    return watched.unread() > 0


def run_out(forks: Forks, watched: Watched) -> None:
    """Let a last worker finish everything and stop as it is told to."""
    process = forks.start("never 1")
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
    os.kill(process, signal.SIGTERM)
    assert forks.status() == 0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run the whole story once: fifty kills, then the rest in peace."""
    path = tmp_path_factory.mktemp("crash") / "log.db"
    with closing(EmbeddedLog(path, PARTITIONS, create=True, synchronous="NORMAL")) as log:
        watched = Watched(log)
        with closing(Forks(path)) as forks:
            for point in points():
                started = time.monotonic()
                assert live(forks, watched, point, LIFE_S), f"no work was left at {point}"
                assert time.monotonic() - started < LIFE_S, f"{point} was not reached"
            for i in range(KILLS_BY_CLOCK):
                assert live(forks, watched, "never 1", 0.05 + 0.4 * draw(SEED, "clock", i))
            assert watched.labelers.fed < TASKS, "the kills must fall while tasks still come"
            run_out(forks, watched)
        yield watched


pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]


def test_every_task_has_one_verdict_of_revision_0(watched: Watched) -> None:
    revisions = defaultdict(list)
    for value in watched.values("verdicts"):
        verdict = msgspec.json.decode(value, type=Verdict)
        revisions[verdict.task].append(verdict.revision)
    assert set(revisions) == {f"t{i}" for i in range(TASKS)}
    wrong = {task: seen for task, seen in revisions.items() if seen != list(range(len(seen)))}
    assert wrong == {}


def test_decisions_are_numbered_without_gap_or_repeat_and_each_is_an_ask(watched: Watched) -> None:
    numbers = defaultdict(list)
    to_pools = []
    for value in watched.values("decisions"):
        decision = msgspec.json.decode(value, type=Decision)
        numbers[decision.task].append(decision.ask)
        if decision.choice != STOP:
            to_pools.append((decision.task, decision.ask, decision.choice))
    wrong = {task: seen for task, seen in numbers.items() if seen != list(range(1, len(seen) + 1))}
    assert wrong == {}
    asks = [msgspec.json.decode(value, type=Ask) for value in watched.values("asks")]
    assert sorted(to_pools) == sorted((ask.task, ask.ask, ask.pool) for ask in asks)


def rewards(watched: Watched) -> list[Reward]:
    """Return the rewards in the order of the log."""
    return [msgspec.json.decode(value, type=Reward) for value in watched.values("rewards")]


def test_every_decision_for_a_pool_has_one_reward_of_revision_0(watched: Watched) -> None:
    revisions = defaultdict(list)
    for reward in rewards(watched):
        revisions[reward.task, reward.ask].append(reward.revision)
    asks = [msgspec.json.decode(value, type=Ask) for value in watched.values("asks")]
    assert set(revisions) == {(ask.task, ask.ask) for ask in asks}
    wrong = {which: seen for which, seen in revisions.items() if seen != list(range(len(seen)))}
    assert wrong == {}
    assert max(len(seen) for seen in revisions.values()) > 1


def test_what_a_task_cost_is_the_sum_over_its_accepted_labels_late_ones_too(
    watched: Watched,
) -> None:
    refused = {
        letter.original
        for letter in (
            msgspec.json.decode(v, type=DeadLetter) for v in watched.values("deadletters")
        )
    }
    accepted: dict[str, Label] = {}
    copies: Counter[str] = Counter()
    for value in watched.values("labels"):
        if b'"type":"Label"' in value and value not in refused:
            label = msgspec.json.decode(value, type=Label)
            accepted[label.label] = label
            copies[label.label] += 1
    costs: dict[str, float] = defaultdict(float)
    for label in accepted.values():
        costs[label.task] += USD[label.pool] if label.usd is None else label.usd
    last = {}
    for value in watched.values("verdicts"):
        verdict = msgspec.json.decode(value, type=Verdict)
        last[verdict.task] = verdict.usd
    assert last == pytest.approx({task: costs[task] for task in last})
    assert max(copies.values()) == 2


def test_every_record_that_breaks_a_rule_has_one_dead_letter(watched: Watched) -> None:
    letters = [msgspec.json.decode(v, type=DeadLetter) for v in watched.values("deadletters")]
    assert {letter.rule for letter in letters} >= {"unknown_type"}
    assert "unexpected" not in {letter.rule for letter in letters}
    places = Counter((letter.topic, letter.partition, letter.offset) for letter in letters)
    assert set(places.values()) == {1}
    bad = [value for value in watched.values("labels") if b"Lable" in value]
    assert sorted(one.original or b"" for one in letters if one.rule == "unknown_type") == sorted(
        bad
    )


def test_the_story_had_late_labels_declines_and_gold_in_it(watched: Watched) -> None:
    bases = Counter((reward.basis, reward.revision > 0) for reward in rewards(watched))
    assert bases["expired", False] > 100
    assert bases["gold", True] > 20
    late = [r for r in rewards(watched) if r.revision > 0 and r.basis in {"consensus", "none"}]
    assert len(late) > 20


def test_the_model_is_the_rewards_of_the_log_folded_in_order(watched: Watched) -> None:
    settings = config(CORE).core
    folded = Brain(settings)
    for reward in rewards(watched):
        folded.learn(reward)
    newest = next(Snapshots(watched.log).newest_first())
    assert newest.position == watched.log.end("rewards", 0)
    restored = Brain.from_bytes(settings, newest.data)
    assert restored.position == folded.position
    assert knowledge(restored, rewards(watched)) == knowledge(folded, rewards(watched))


def test_the_file_is_whole(watched: Watched) -> None:
    with sqlite3.connect(watched.log.path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
