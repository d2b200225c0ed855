"""Faults 7, 8, 9, 15 and 23: members of a group that come, go, stand still or are there twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.faults.crew import Crew, busy_for, busy_until, feed_no_more, moved
from tests.faults.length import LONG
from tests.faults.processes import ROOT, alive, end, is_stopped
from tests.faults.story import Story

if TYPE_CHECKING:
    from pathlib import Path

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SESSION_S = 2.0
LOG = f"session_timeout_s = {SESSION_S}\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 4.0\n"
STORM_CHANGES = 60 if LONG else 10
STOPS = 12 if LONG else 1
DRAINS = 60 if LONG else 5


def run_worker(config: Path, cwd: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
    """Run the whole command, as an operator does."""
    return subprocess.Popen(
        [sys.executable, "-m", "poolwise", "work", "--config", str(config), "--clock", "log"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
    )


def test_of_two_workers_with_one_identity_the_first_ends_by_itself(
    broker: Broker, tmp_path: Path
) -> None:
    """Fault 7."""
    config = tmp_path / "poolwise.toml"
    with closing(Story(broker.address, tasks=150)) as story:
        config.write_text(story.toml(instance="w1", log=LOG), encoding="utf-8")
        first = run_worker(config)
        busy_until(story, moved(story))
        second = run_worker(config)
        try:
            busy_until(story, lambda: first.poll() is not None, what="the first ends")
            out, said = first.communicate()
            assert first.returncode == 1
            assert len(said.splitlines()) == 1, said
            assert "another" in said
            busy_until(story, moved(story), what="the second works")
            story.run_out(lambda: second.poll() is None)
            second.send_signal(signal.SIGTERM)
            out, said = second.communicate(timeout=30)
            assert second.returncode == 0, said
            assert "processed" in out
        finally:
            first.kill()
            second.kill()
            first.communicate()
            second.communicate()
        story.audit()


STANDSTILLS = ("before commit", "after receive", "after commit", "before poll", "after restore")
"""Where a worker stands still: with a batch in hand, committed or not, and between two."""


@pytest.mark.parametrize("replaced_by", ["a dynamic one", "another static one", "its own name"])
def test_a_worker_that_stood_still_past_its_session_doubles_nothing(
    broker: Broker, replaced_by: str
) -> None:
    """Fault 8."""
    static = replaced_by != "a dynamic one"
    ours = "w1" if static else "-"
    theirs = {"a dynamic one": "-", "another static one": "w2", "its own name": "w1"}[replaced_by]
    with (
        closing(Story(broker.address, tasks=60 * STOPS)) as story,
        Crew(story.toml(log=LOG)) as crew,
    ):
        teacher = crew.start("learn")
        for i in range(STOPS):
            at = STANDSTILLS[i % len(STANDSTILLS)]
            times = 1 if "restore" in at else 6  # the first three commits are the pools'
            first = crew.start("follow", ours, f"{at} {times}", signal.SIGSTOP)
            busy_until(story, partial(is_stopped, first), what=f"it stands still {at}")
            second = crew.start("follow", theirs)
            busy_until(story, moved(story), what="the other works in its place")
            assert is_stopped(first)
            end(first, signal.SIGCONT)
            if theirs == ours != "-":
                busy_until(story, partial(crew.gone, first), what="the first ends")
                assert crew.status(first) == 1
                assert "another worker has joined" in crew.errors()
            else:
                busy_for(story, 2 * SESSION_S)
                assert alive(first)
                assert crew.stop(first) == 0
            assert crew.stop(second) == 0
        last = crew.start("follow", theirs)
        story.run_out(lambda: alive(last))
        assert crew.stop(last) == 0
        assert crew.stop(teacher) == 0
        assert len(story.audit().asks) > 100


class Rest:
    """How long a group has not gone on; calling it keeps the group busy and looks again."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._position, self._moved_at = story.positions(), time.monotonic()
        self.longest_s = 0.0

    def __call__(self) -> None:
        self._story.keep_busy()
        now = time.monotonic()
        self.longest_s = max(self.longest_s, now - self._moved_at)
        if (reached := self._story.positions()) != self._position:
            self._position, self._moved_at = reached, now


def longest_rest_s(story: Story, passing_s: float = 3.0) -> float:
    """For how long the group has not gone on at most while some time passed."""
    rest = Rest(story)
    until = time.monotonic() + passing_s
    while time.monotonic() < until:
        rest()
    return rest.longest_s


def test_a_storm_of_members_that_come_and_go_does_not_stop_the_work(broker: Broker) -> None:
    """Fault 9: the work goes on, and a rest as long as four changes is a failure.

    Changes come each second, or, where the group rests for more than half of that after a single
    one, at twice that rest: no group works through changes that come faster.
    """
    with (
        closing(Story(broker.address, tasks=100_000, partitions=6)) as story,
        Crew(story.toml(instance=None, log=LOG)) as crew,
    ):
        teacher, steady = crew.start("learn"), [crew.start(), crew.start()]
        busy_until(story, moved(story, 200), what="they work")
        guests = [crew.start()]
        one_comes_s = longest_rest_s(story)
        end(guests[0], signal.SIGTERM)
        guests.append(0)
        pace_s = max(1.0, 2 * one_comes_s, 2 * longest_rest_s(story))
        first, rest = story.positions(), Rest(story)
        begun = changed_at = time.monotonic()
        while (now := time.monotonic()) < begun + pace_s * STORM_CHANGES:
            rest()
            assert rest.longest_s < 4 * pace_s, f"no progress after {now - begun:.1f} s"
            if now - changed_at >= pace_s:
                changed_at = now
                if len(guests) % 2:
                    end(guests[-1], signal.SIGTERM)
                    guests.append(0)
                else:
                    guests.append(crew.start())
        assert len(guests) > 0.5 * STORM_CHANGES
        assert story.positions() - first > 20 * STORM_CHANGES
        feed_no_more(story)
        end(max(guests[-2:]), signal.SIGTERM)
        assert {crew.status(guest) for guest in guests if guest} == {0}
        story.run_out(lambda: all(map(alive, steady)))
        assert [crew.stop(one) for one in (*steady, teacher)] == [0, 0, 0]
        story.audit()


def leftovers(machine: Path) -> list[str]:
    """Every file below a folder."""
    return [str(found.relative_to(machine)) for found in machine.rglob("*") if found.is_file()]


def test_a_worker_with_an_empty_disk_goes_on_where_the_last_one_stopped(
    broker: Broker, tmp_path: Path
) -> None:
    """Fault 15: each worker has a machine of its own, and leaves nothing there."""
    config = tmp_path / "poolwise.toml"

    def on_a_new_machine(name: str) -> tuple[Path, subprocess.Popen[str]]:
        machine = tmp_path / name
        for folder in ("work", "home", "tmp"):
            (machine / folder).mkdir(parents=True)
        places = {"HOME": str(machine / "home"), "TMPDIR": str(machine / "tmp")}
        return machine, run_worker(config, machine / "work", **places)

    with closing(Story(broker.address, tasks=150)) as story:
        config.write_text(story.toml(instance=None, log=LOG), encoding="utf-8")
        machine, first = on_a_new_machine("first")
        busy_until(story, moved(story, 200))
        assert story.labelers.waiting() > 0
        first.kill()
        first.communicate()
        assert leftovers(machine) == []
        reached = story.positions()
        machine, second = on_a_new_machine("second")
        try:
            busy_until(story, moved(story))
            story.run_out(lambda: second.poll() is None)
            second.send_signal(signal.SIGTERM)
            out, said = second.communicate(timeout=30)
            assert second.returncode == 0, said
            processed = re.search(r"([\d,]+) records? processed", out)
            assert processed, out
            handled = int(processed[1].replace(",", ""))
            assert handled <= story.positions() - reached
            assert leftovers(machine) == []
        finally:
            second.kill()
            second.communicate()
        story.audit()


def test_sigterm_in_the_middle_of_a_commit_ends_a_worker_well(broker: Broker) -> None:
    """Fault 23: what is committed is committed whole, and the exit code is 0."""
    with (
        closing(Story(broker.address, tasks=40 * DRAINS)) as story,
        Crew(story.toml(log=LOG)) as crew,
    ):
        drain_s = story.config().worker.drain_s
        for times in range(1, DRAINS + 1):
            process = crew.start("work", "w1", f"commit {times}")
            busy_until(story, partial(crew.gone, process), drain_s, "it ends")
            assert crew.status(process) == 0
        assert len(crew.during) >= DRAINS // 2, "most signals came between two commits"
        last = crew.start("work", "w1")
        story.run_out(lambda: alive(last))
        assert crew.stop(last) == 0
        story.audit()
