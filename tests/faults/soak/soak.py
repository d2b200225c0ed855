"""A soak on Kafka: workers and a learner under load for as long as wanted, and all that happens.

In the first half: the release before, an upgrade, a group that Kafka forgets, a downgrade, an
upgrade and once more a group that is gone. Then a worker whose clock is a year ahead. In all of it
clocks that disagree, and every few seconds a process that is restarted, killed, frozen, joins or
leaves. In the second half one worker and the learner are left in peace, so that their memory can
be looked at.
"""

from __future__ import annotations

import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from kafka.errors import KafkaError, RetriableError

from bandit.draw import draw
from bandit.events import Ask, Reward, Verdict
from tests.faults.audit import audit, events
from tests.faults.crew import feed_no_more
from tests.faults.labelers import USD
from tests.faults.soak.fleet import LEARNER, Fleet
from tests.faults.soak.live import PACE, LiveLabelers
from tests.faults.soak.memory import grown
from tests.faults.story import GROUP, SEED, Story

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BEFORE, NOW = "before", "now"
STEADY = "w1"
WORKERS = (STEADY, "w2", "w3")
JOINS = "w4"
WRONG = "w5"
SKEWS_S = {"w2": 15.0, "w3": -15.0, JOINS: 5.0, WRONG: 365 * 86_400.0}
"""Clocks that nobody set: within `clock.max_skew_s`, and one that is a year ahead."""

PARTITIONS = 4
EVENT_S = 15.0
TURN_S = 0.5
READY_S = 60.0
"""Longest wait for one that was rolled; a follower of an older release may wait for its learner."""

QUIET_S = 900.0
"""Longest wait for the last verdict, when no task comes any more."""

LONG_LIFE_S = 300.0
"""Of a process whose memory says something."""

LOG = "session_timeout_s = 6.0\ntransaction_timeout_s = 6.0\ncommit_timeout_s = 5.0\n"
WORKER = "[worker]\nsnapshot_every = 200\nsnapshot_every_s = 10.0\npoll_s = 0.1\n"
MEMORY = "[memory]\nmax_closed = 1000\n"


class Soaked(NamedTuple):
    """What came of it."""

    tasks: int
    decisions: int
    rewards: int
    happened: dict[str, int]
    ended: list[str]  # processes that ended by themselves
    growth: dict[str, float]  # of those that lived long, from the middle of their lives on


class Soak:
    """One run.

    Parameters
    ----------
    address
        HOST:PORT of a broker.
    folder
        Where processes have their files.
    trees
        The files of the releases `NOW` and, if there is one, `BEFORE`.
    tasks_per_s
        How many are fed.
    say
        Told what happens.
    """

    def __init__(
        self,
        address: str,
        folder: Path,
        trees: dict[str, Path],
        tasks_per_s: float = 8.0,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._story = Story(address, 0, PARTITIONS)
        self._labelers = LiveLabelers(self._story.log, SEED, 1_000_000_000, PACE)
        self._story.labelers = self._labelers
        self._fleet = Fleet(folder, trees, self._config)
        self._fleet.skews_s = dict(SKEWS_S)
        self._release = BEFORE if BEFORE in trees else NOW
        self._can_go_back = BEFORE in trees
        self._tasks_a_turn = max(1, round(tasks_per_s * TURN_S))
        self._say = say
        self._happened: dict[str, int] = {}
        self._began = time.monotonic()

    def run(self, minutes: float) -> Soaked:
        """Run it; raises AssertionError if anything was lost, doubled or spoilt."""
        with closing(self._story), closing(self._fleet):
            for name in (LEARNER, *WORKERS):
                self._fleet.start(name, self._release)
            end_s = minutes * 60.0
            plan = self._plan(end_s)
            next_event_s, number = EVENT_S, 0
            while (now := self._passed_s()) < end_s:
                if plan and now > plan[0][0]:
                    plan.pop(0)[1]()
                elif now > next_event_s:
                    self._disturb(number, in_peace=now > end_s / 2)
                    number, next_event_s = number + 1, self._passed_s() + EVENT_S
                self._turn(self._tasks_a_turn)
            self._say("no more tasks come")
            feed_no_more(self._story)
            self._finish()
            written = audit(self._story.log, self._story.names, USD)
        return Soaked(
            len(self._story.names),
            len(written.decisions),
            len(written.rewards),
            self._happened,
            self._fleet.ended,
            self._growth(),
        )

    def _plan(self, end_s: float) -> list[tuple[float, Callable[[], None]]]:
        """Return what happens once, and when."""
        steps = [
            (0.08, self._upgrade),
            (0.17, self._forget_the_group),
            (0.25, self._downgrade),
            (0.34, self._upgrade),
            (0.42, self._forget_the_group),
            (0.55, self._set_a_clock_wrong),
        ]
        if not self._can_go_back:
            steps = [one for one in steps if one[1] not in {self._upgrade, self._downgrade}]
        return [(share * end_s, step) for share, step in steps]

    # What happens -----------------------------------------------------------------------------

    def _upgrade(self) -> None:
        """One worker after the other, the learner last."""
        self._roll(NOW, [*self._workers(), LEARNER])
        self._note("upgrade")

    def _downgrade(self) -> None:
        """The other way round."""
        self._roll(BEFORE, [LEARNER, *self._workers()])
        self._note("downgrade")

    def _roll(self, release: str, names: list[str]) -> None:
        self._release = release
        for name in names:
            self._fleet.stop(name)
            self._fleet.start(name, release)
            until = time.monotonic() + READY_S
            while not self._fleet.ready(name) and time.monotonic() < until:
                self._turns(TURN_S)

    def _forget_the_group(self) -> None:
        """All workers away, as for longer than Kafka keeps the positions of an empty group."""
        workers = self._workers()
        self._fleet.stop(*workers)
        group = self._story.log.names.on_broker(GROUP)
        until = time.monotonic() + 30.0
        while time.monotonic() < until:  # static members are there until their sessions end
            with suppress(KafkaError):
                self._story.log.admin.delete_groups([group])
            if self._story.positions() == 0:
                break
            self._turns(1.0)
        assert self._story.positions() == 0, "the group is still there"
        for name in workers:
            self._fleet.start(name, self._release)
        self._note("group deleted")

    def _set_a_clock_wrong(self) -> None:
        """One joins whose clock is a year ahead, and ends."""
        self._fleet.start(WRONG, self._release)
        until = time.monotonic() + READY_S
        while not self._fleet.ready(WRONG) and time.monotonic() < until:
            self._turns(TURN_S)
        self._turns(15.0)
        self._fleet.stop(WRONG)
        self._note("wrong clock")

    def _disturb(self, number: int, *, in_peace: bool) -> None:
        """Do something to a process, by number."""
        names = [one for one in self._workers() if not (in_peace and one == STEADY)]
        if not in_peace:
            names.append(LEARNER)
        name = names[int(draw(SEED, "who", number) * len(names))]
        what = int(draw(SEED, "what", number) * 4)
        if what == 0:
            self._fleet.stop(name)
            self._fleet.start(name, self._release)
            self._note("restart")
        elif what == 1:
            self._fleet.kill(name)
            self._fleet.start(name, self._release)
            self._note("kill")
        elif what == 2:
            self._fleet.freeze(name, 3.0 + 6.0 * draw(SEED, "frozen", number))
            self._note("freeze")
        elif JOINS in self._fleet.running():
            self._fleet.stop(JOINS)
            self._note("leave")
        else:
            self._fleet.start(JOINS, self._release)
            self._note("join")

    # Round about ------------------------------------------------------------------------------

    def _finish(self) -> None:
        """Wait for the last answer and the end of each ask; then stop all."""
        until = time.monotonic() + QUIET_S
        left = "the first look"
        while left:
            assert time.monotonic() < until, f"no end after {QUIET_S:g} s: {left}"
            self._turns(3.0)
            left = self._left()
        ends = self._story.unread() + self._story.positions()
        while self._story.positions() < ends:  # ticks go on
            assert time.monotonic() < until, "what was written is not read"
            self._turns(1.0)
        self._fleet.stop(*self._workers(), LEARNER)

    def _left(self) -> str:
        """Say what is still to come; nothing if all is done."""
        if waiting := self._labelers.waiting():
            return f"{waiting} answers on their way"
        log = self._story.log
        closed = {one.task for one in events(log, "verdicts", Verdict)}
        if open_tasks := self._story.names - closed:
            return f"{len(open_tasks)} tasks without a verdict, as {min(open_tasks)}"
        asks = {(one.task, one.ask) for one in events(log, "asks", Ask)}
        without = asks - {(one.task, one.ask) for one in events(log, "rewards", Reward)}
        return f"{len(without)} asks without an end, as {min(without)}" if without else ""

    def _turns(self, passing_s: float) -> None:
        until = time.monotonic() + passing_s
        while time.monotonic() < until:
            self._turn(self._tasks_a_turn)

    def _turn(self, tasks: int) -> None:
        """Let the labelers work for a moment, and look after the processes."""
        next_s = time.monotonic() + TURN_S
        with suppress(RetriableError):
            self._labelers.go_on(tasks)
        self._fleet.look()
        time.sleep(max(0.0, next_s - time.monotonic()))

    def _workers(self) -> list[str]:
        return [name for name in self._fleet.running() if name != LEARNER]

    def _config(self, name: str) -> str:
        """Return what a process is told; those that join now and then have no name of their own."""
        instance = name if name in WORKERS else None
        return self._story.toml(instance, LOG, WORKER) + MEMORY

    def _growth(self) -> dict[str, float]:
        found = {}
        for life in self._fleet.lives:
            if life.seen and (age_s := life.seen[-1][0]) > LONG_LIFE_S:
                megabytes = [one for _, one in life.seen]
                name = f"{life.name}, {life.release}, {age_s:.0f} s, {megabytes[-1]:.0f} MB"
                found[name] = grown(megabytes)
        return found

    def _passed_s(self) -> float:
        return time.monotonic() - self._began

    def _note(self, what: str) -> None:
        self._happened[what] = self._happened.get(what, 0) + 1
        self._say(f"{self._passed_s():.0f} s: {what}; {self._labelers.fed:,} tasks")
