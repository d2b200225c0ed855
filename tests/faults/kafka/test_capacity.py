"""Fault 29, and many workers: what is shared between them is shared while they come and go."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import closing
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from kafka.errors import RetriableError

from bandit.events import Control, Pool
from bandit.limits.capacity import BUCKET_S, SAVED_S
from streams.log.codec import encode
from streams.log.log import NewRecord
from tests.faults.crew import Crew, busy_until, feed_no_more, moved
from tests.faults.labelers import STEP_S, TIMEOUT_S, USD
from tests.faults.length import LONG
from tests.faults.processes import alive
from tests.faults.story import GROUP, Story, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Ask, Reward
    from tests.broker.broker import Broker

REST_S = 5.0
"""Longer than a rebalance takes."""

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 6
REBALANCES = 40 if LONG else 10
SCARCE = "good"
LOG = "session_timeout_s = 2.0\ntransaction_timeout_s = 5.0\ncommit_timeout_s = 4.0\n"


def members(story: Story) -> int:
    """How many the group has."""
    group = story.log.names.on_broker(GROUP)
    try:
        return len(story.log.admin.describe_groups([group])[group]["members"])
    except RetriableError:  # the group's own topic is made at its first use
        return 0


def most_in_any_window(times: Sequence[float]) -> dict[float, int]:
    """For each length of a window between asks, the most asks that one of it has."""
    most: dict[float, int] = defaultdict(int)
    for i, first in enumerate(times):
        for j in range(i, len(times)):
            most[times[j] - first] = max(most[times[j] - first], j - i + 1)
    return most


def spent_by_hour(asks: Sequence[Ask], rewards: Sequence[Reward]) -> dict[int, float]:
    """What labels in time cost, by the hour they were asked for in.

    A label below the list price frees the rest for further asks, as one that expires frees all.
    """
    usd = {(one.task, one.ask): one.usd for one in rewards if one.revision == 0}
    spent: dict[int, float] = defaultdict(float)
    for ask in asks:
        spent[int(ask.at // 3600.0)] += usd[ask.task, ask.ask]
    return spent


class Lockstep:
    """A story in which time passes only when all was read, so that all desks have one time."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self._position, self._since = -1, time.monotonic()

    def read(self) -> bool:
        """Whether all was read: behind the last record of a partition is a transaction's mark.

        A worker that recovers leaves further marks; so what doesn't move for a while was read, too.
        """
        if (position := self.story.positions()) != self._position:
            self._position, self._since = position, time.monotonic()
        rested = time.monotonic() - self._since > REST_S
        return rested or self.story.unread() <= 2 * PARTITIONS

    def let_pass(self, steps: int) -> None:
        """Let time pass, a step at a time."""
        for _ in range(steps):
            wait_until(self.read, 120.0, "all is read")
            self.story.labelers.advance(tasks=8)


@pytest.mark.parametrize(("per_hour", "usd_per_hour"), [(60.0, None), (240.0, None), (240.0, 6.0)])
def test_three_workers_never_ask_a_scarce_pool_more_than_it_can_give(
    broker: Broker, per_hour: float, usd_per_hour: float | None
) -> None:
    """A fourth comes and goes; a part of the smaller pool's bucket is less than one ask.

    Nor do they spend more than a budget for about half of what they would spend without one.
    """
    with (
        closing(Story(broker.address, tasks=100_000, partitions=PARTITIONS)) as story,
        Crew(story.toml(instance=None, log=LOG)) as crew,
    ):
        scarce = Pool(
            pool=SCARCE,
            at=0.0,
            usd_per_label=USD[SCARCE],
            capacity_per_hour=per_hour,
            ask_timeout_s=TIMEOUT_S,
        )
        control = Control(at=0.0, project="p", usd_per_hour=usd_per_hour)
        story.log.write(
            [
                NewRecord("pools", SCARCE.encode(), encode(scarce)),
                NewRecord("controls", b"p", encode(control)),
            ]
        )
        lockstep, teacher = Lockstep(story), crew.start("learn")
        steady = [crew.start() for _ in range(3)]
        wait_until(lambda: members(story) == 3, what="three have joined")
        workers, guest = 3, 0
        leaving = cycle([crew.stop, crew.kill])
        for _ in range(REBALANCES):
            if guest:
                next(leaving)(guest)
                guest = 0
            else:
                guest, workers = crew.start(), workers + 1
            wait_until(lambda: members(story) == 3 + bool(guest), what="the group has changed")  # noqa: B023
            lockstep.let_pass(4)
        wait_until(lockstep.read, 120.0, "all is read")
        capped_until = story.labelers.now
        lifted = Control(at=0.0, project="p")  # or halted tasks would wait for the next hour
        story.log.write([NewRecord("controls", b"p", encode(lifted))])
        feed_no_more(story)
        story.run_out(lambda: all(map(alive, steady)))
        assert [crew.stop(one) for one in (*steady, teacher)] == [0] * 4
        audited = story.audit()

    asks = audited.asks
    if usd_per_hour is not None:
        capped = [ask for ask in asks if ask.at < capped_until]
        spent = spent_by_hour(capped, audited.rewards)
        assert max(spent.values()) <= usd_per_hour + 1e-6
        assert spent[0] > 0.5 * usd_per_hour * REBALANCES * 4 * STEP_S / 3600.0
    rate, bucket = per_hour / 3600.0, max(1.0, per_hour * BUCKET_S / 3600.0)
    beside = workers * max(0.0, 1.0 - bucket / PARTITIONS)
    times = sorted(ask.at for ask in asks if ask.pool == SCARCE)
    wanted = len(asks) - len(times)
    for window_s, count in most_in_any_window(times).items():
        assert count <= rate * (window_s + SAVED_S) + bucket + beside, f"in {window_s:g} s"
    if usd_per_hour is None:  # they also use what they share, and would have had use for more
        assert len(times) >= 0.5 * rate * REBALANCES * 4 * STEP_S
        assert wanted > len(times)


def test_followers_come_and_go_at_run_time_while_one_process_learns(broker: Broker) -> None:
    with (
        closing(Story(broker.address, tasks=100_000, partitions=PARTITIONS)) as story,
        Crew(
            story.toml(
                instance=None,
                log=LOG,
                worker="[worker]\nbatch_records = 50\nsnapshot_every = 50\n"
                "snapshot_min_s = 0\npoll_s = 0.05\n",
            )
        ) as crew,
    ):
        teacher = crew.start("learn")
        followers = [crew.start() for _ in range(3)]

        def settles(wanted: int) -> None:
            """Wait until so many share the work, and it goes on."""
            busy_until(story, partial(_counts, story, wanted), what=f"{wanted} have joined")
            busy_until(story, moved(story, 200), what=f"{wanted} work")

        settles(3)
        followers += [crew.start(), crew.start()]
        settles(5)
        assert crew.stop(followers.pop(0)) == 0
        settles(4)
        crew.kill(followers.pop(0))
        settles(3)
        feed_no_more(story)
        story.run_out(lambda: all(map(alive, followers)))
        assert [crew.stop(one) for one in (*followers, teacher)] == [0] * 4
        decisions = story.audit().decisions
        assert len({one.brain_position for one in decisions}) >= 5


def _counts(story: Story, wanted: int) -> bool:
    return members(story) == wanted
