"""Labelers needed: against the queue of the simulated market, and laws of the queue itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.events import Ask, Label
from replay.forecast.plan.demand import unlimited
from replay.forecast.plan.queueing import QueuePaths, service, share_in_time
from replay.forecast.plan.shortage import shortage
from replay.forecast.plan.staffing import ServiceWish, labelers_needed
from replay.forecast.projection.projection import project
from replay.forecast.series.steps import grid_of
from replay.market.market import Market
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals, made_tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.market.tasks import TrueTask

HOURS = 24
DAYS = 14
RATE = 12.0
WISH = ServiceWish(share=0.9, most_wait_s=600.0)


class StaffedMarket(Market):
    """A market whose one pool works at another speed each hour, from `start` on."""

    def __init__(
        self, tasks: Sequence[TrueTask], start: float, labels_per_hour: list[float]
    ) -> None:
        spec = PoolSpec(name="crowd", usd_per_label=0.05, skill=0.8, labelers=50, delay_s=1e-3)
        super().__init__([spec], tasks)
        self._start, self._speeds, self._free = start, labels_per_hour, start

    def _turn(self, spec: PoolSpec, now: float) -> float:
        at = max(now, self._free)
        hour = min(int((at - self._start) // 3600.0), len(self._speeds) - 1)
        self._free = at + 3600.0 / self._speeds[hour]
        return at


def waits_in_market(
    tasks: Sequence[TrueTask], start: float, labels_per_hour: list[float]
) -> list[float]:
    """Seconds that the ask of each task waits, one label each, first come first served."""
    market = StaffedMarket(tasks, start, labels_per_hour)
    waits = []
    for each in tasks:
        task = each.task
        ask = Ask(
            task=task.task, project=task.project, ask=1, at=task.at, pool="crowd",
            classes=task.classes, payload=None, expires_at=task.at + 1e9, exclude=(),
        )  # fmt: skip
        (answer,) = market.answer(ask, task.at)
        assert isinstance(answer, Label)
        waits.append(answer.at - task.at)
    return waits


def test_a_plan_made_on_two_weeks_gives_the_wished_service_in_the_market_of_the_next_day() -> None:
    """Over 4 markets: 90 % wished, realised .86 to .98; four fifths of the labelers miss it.

    The forecast's own simulation of the plan says the same within .06. Plans are for a share over
    all paths, so single days lie above and below; the mean of 4 days of some 500 asks varies by
    about .02.
    """
    realised, foreseen, fewer = [], [], []
    for seed in range(4):
        arrivals = Arrivals(start=0.0, tasks_per_hour=20.0, day_swing=0.6)
        tasks = made_tasks(20 * 24 * (DAYS + 2), arrivals, seed)
        end = DAYS * 86400.0
        past = [task.task.at for task in tasks if task.task.at < end]
        grid = grid_of([*past, end], "hour")
        demand = project(grid.series("asks", "labels", grid.sums(past)), HOURS)
        needed = labelers_needed(demand.paths, RATE, WISH)
        speeds = [RATE * max(1, labelers) for labelers in needed]
        ahead = [task for task in tasks if end <= task.task.at < end + 3600.0 * HOURS]
        waits = np.array(waits_in_market(ahead, end, speeds))
        realised.append(float((waits <= WISH.most_wait_s).mean()))
        shares = service(demand.paths, np.array(speeds), WISH.most_wait_s / 3600.0, seed=1)
        foreseen.append(float(np.average(shares, weights=demand.paths.mean(axis=0))))
        slow = np.array(waits_in_market(ahead, end, [0.8 * speed for speed in speeds]))
        fewer.append(float((slow <= WISH.most_wait_s).mean()))
    assert 0.86 <= np.mean(realised) <= 0.98
    assert abs(np.mean(realised) - np.mean(foreseen)) <= 0.06
    assert np.mean(fewer) < 0.85


def test_the_queue_is_that_of_the_market_for_the_same_moments() -> None:
    """One path over three hours at one speed, and what one hour leaves to the next."""
    tasks = made_tasks(130, Arrivals(start=0.0, tasks_per_hour=40.0), seed=4)
    moments = np.array([task.task.at / 3600.0 for task in tasks])
    moments = moments[moments < 3.0]
    expected = waits_in_market(tasks[: len(moments)], 0.0, [38.0])
    queue = QueuePaths(np.array([[float((moments // 1 == hour).sum()) for hour in range(3)]]))
    found: list[float] = []
    for hour in range(3):
        queue.next_hour()
        queue._at = (moments[moments // 1 == hour] - hour)[None, :]
        found += (3600.0 * queue.waits(38.0)[0]).tolist()
        queue.work(38.0)
    assert max(expected) > 200.0
    np.testing.assert_allclose(found, expected, atol=0.02)  # the market adds some milliseconds


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.floats(1.0, 40.0),
    st.sampled_from([0.8, 0.9, 0.99]),
)
def test_the_fewest_labelers_meet_the_wish_and_one_less_does_not(
    asks: list[int], rate: float, share: float
) -> None:
    demand = np.tile(np.array(asks, dtype=float), (30, 1))
    wish = ServiceWish(share, 600.0)
    needed = labelers_needed(demand, rate, wish)
    capacity = np.array(needed) * rate
    for hour, (number, shares) in enumerate(
        zip(needed, service(demand, capacity, 600.0 / 3600.0), strict=True)
    ):
        assert shares >= share
        if asks[hour] and number > 1:
            less = capacity.copy()
            less[hour] -= rate
            assert service(demand, less, 600.0 / 3600.0)[hour] < share


def test_many_asks_are_simulated_in_batches_with_the_same_need() -> None:
    """Ten thousand an hour need as many labelers of ten labels as the rate says, within 3 %."""
    (needed,) = labelers_needed(np.full((20, 1), 10_000.0), 10.0, WISH)
    assert 0.84 * 1000 <= needed <= 1.03 * 1000  # ten minutes of waiting spare a sixth at the end


def test_without_labelers_everybody_waits_and_the_next_hour_has_it_to_do() -> None:
    queue = QueuePaths(np.array([[4.0, 0.0]]))
    queue.next_hour()
    assert share_in_time(queue.waits(0.0), 1.0) == 0.0
    queue.work(0.0)
    assert queue.waiting.tolist() == [4.0]
    queue.next_hour()
    queue.work(10.0)
    assert queue.waiting.tolist() == [0.0]
    assert labelers_needed(np.zeros((5, 3)), 10.0, WISH) == [0, 0, 0]


def test_a_full_pool_hides_its_demand_and_the_tasks_show_it() -> None:
    """With room for 20 an hour and 30 tasks of one label each at noon, ten are missing."""
    arrived = np.tile([10.0, 30.0], 12)
    asked = np.minimum(arrived, 20.0)
    assert unlimited(asked, arrived, 20.0).tolist() == arrived.tolist()
    found = shortage("crowd", np.tile(arrived, (9, 1)), 20.0, 0.0, surge=0.0)
    assert [hour.labels for hour in found.hours] == [10.0] * 12
    assert (found.at_risk, found.after_surge) == (12, 12)
